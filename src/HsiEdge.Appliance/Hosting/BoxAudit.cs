using HsiEdge.Core;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>
/// The audit log as the running box keeps it. What the box does of itself waits, with triggers refused, until its entry could be written; the last entry is
/// remembered by the store and told in the status, so that a log that was cut or written anew is found.
/// </summary>
internal sealed class BoxAudit : IAuditLog, IDisposable
{
    private const string Unwritten = "audit";
    private const string Chain = "audit chain";
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    private readonly AuditFile _file;
    private readonly string _folder;
    private readonly TriggerDesk _desk;
    private readonly HealthBoard _health;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _written = new(0);
    private AuditHead? _head;

    /// <summary>Makes it; no file is touched yet.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="bootId">ULID of the process.</param>
    /// <param name="desk">Refuses triggers while what the box did cannot be written.</param>
    /// <param name="health">Told of it, as the component <c>store</c>.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="logs">For its messages.</param>
    public BoxAudit(string folder, string bootId, TriggerDesk desk, HealthBoard health, TimeProvider time, ILoggerFactory logs)
    {
        (_folder, _desk, _health, _time) = (folder, desk, health, time);
        _file = new AuditFile(folder, bootId, time, health, logs.CreateLogger<AuditFile>());
        _log = logs.CreateLogger<BoxAudit>();
    }

    /// <summary>The last entry known; null before the first.</summary>
    public AuditHead? Head => Volatile.Read(ref _head);

    /// <inheritdoc/>
    public async Task AppendAsync(AuditEvent entry, CancellationToken cancellationToken)
    {
        await _file.AppendAsync(entry, cancellationToken);
        Learn(_file.Head);
        _written.Release();
    }

    /// <summary>Writes what the box does of itself, for as long as it takes; triggers are refused meanwhile.</summary>
    /// <param name="entry">What is about to be done.</param>
    /// <param name="cancellationToken">Stops trying.</param>
    public async Task AppendUntilWrittenAsync(AuditEvent entry, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await AppendAsync(entry, cancellationToken);
                _desk.Unblock(Unwritten);
                return;
            }
            catch (StoreFaultException e)
            {
                _desk.Block(Unwritten, e.Message);
                await Task.Delay(Retry, _time, cancellationToken);
            }
        }
    }

    /// <summary>Verifies the chain once, then keeps the last entry in the store, also those that verbs write, until stopped.</summary>
    /// <param name="store">Remembers it.</param>
    /// <param name="stopping">Stops it.</param>
    public async Task RunAsync(IResultStore store, CancellationToken stopping)
    {
        try
        {
            await VerifyAsync(store, stopping);
            AuditHead? kept = null;
            while (true)
            {
                if (Head is { } head && head != kept && await TryKeepAsync(store, head, stopping))
                {
                    kept = head;
                }

                await _written.WaitAsync(Head == kept ? Look : Retry, stopping);
                Learn(ReadHead());
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _written.Dispose();
    }

    private static async Task<bool> TryKeepAsync(IResultStore store, AuditHead head, CancellationToken stopping)
    {
        try
        {
            await store.WriteValueAsync(AuditAnchors.StoreKey, AuditAnchors.Format(head), stopping);
            return true;
        }
        catch (StoreFaultException)
        {
            // The store has reported itself; tried again.
            return false;
        }
    }

    private async Task VerifyAsync(IResultStore store, CancellationToken stopping)
    {
        try
        {
            var anchor = AuditAnchors.Parse(await store.ReadValueAsync(AuditAnchors.StoreKey, stopping));
            var found = await AuditReader.VerifyAsync(_folder, anchor is null ? [] : [anchor], stopping);
            if (found.Faults.Count > 0)
            {
                var first = found.Faults[0];
                var reason = $"the audit log in {_folder} is not whole: {(first.Line == 0 ? "" : $"line {first.Line}: ")}found {first.Found}, expected {first.Expected}; 'hsiedge audit verify' tells all of it";
                _health.Report("store", HealthState.Warning, reason, Chain);
                ApplianceLog.AuditBroken(_log, reason);
            }
        }
        catch (Exception e) when (e is BadInputException or StoreFaultException or IOException)
        {
            _health.Report("store", HealthState.Warning, $"the audit log cannot be verified: {e.Message}", Chain);
            ApplianceLog.AuditBroken(_log, e.Message);
        }
    }

    private AuditHead? ReadHead()
    {
        try
        {
            return AuditReader.ReadHead(_folder);
        }
        catch (Exception e) when (e is IOException or BadInputException)
        {
            // Seen again, and told, with the next entry.
            return null;
        }
    }

    /// <summary>A head goes forward only: what a log that was cut says is not learnt.</summary>
    private void Learn(AuditHead? head)
    {
        var known = Head;
        if (head is not null && (known is null || head.Sequence > known.Sequence))
        {
            Volatile.Write(ref _head, head);
            _health.Touch();
        }
    }
}
