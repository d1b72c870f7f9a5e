using HsiEdge.Core;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Proofs.PowerCut;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Proofs.IoFaults;

/// <summary>A store's and an audit log's life under one fault: open, audit, results up to a checkpoint, a value, marks, stop; then the disk is mended.</summary>
internal sealed class FaultLife : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly StoreOptions _options;
    private readonly FaultyDisk _disk = new();
    private readonly HealthBoard _health = new(TimeProvider.System);
    private readonly SampleRecords _samples = new(TimeProvider.System);
    private readonly AuditFile _audit;
    private readonly FaultTally _tally;
    private readonly FaultPlan? _plan;
    private readonly List<ResultRecord> _acknowledged = [];
    private readonly List<ResultRecord> _refused = [];
    private int _audited;
    private string? _value;
    private string? _lastRefusal;
    private LiteDbResultStore? _store;

    private FaultLife(string folder, FaultPlan? plan, FaultTally tally)
    {
        (_options, _plan, _tally) = (new StoreOptions { DataFolder = folder, CheckpointMebibytes = 1, MaximumMapAgeDays = 0 }, plan, tally);
        _audit = new AuditFile(folder, "01BOOT", TimeProvider.System, _health, NullLogger<AuditFile>.Instance, _disk);
    }

    private string Where => $"operation {_plan?.Operation} ({_disk.FailedOperation ?? "not reached"}), {_plan?.Fault}{(_plan?.IsPersistent == true ? ", persistent" : string.Empty)}";

    /// <summary>Makes a store whose log is about to be copied into the data file, so that a short life has a checkpoint.</summary>
    public static async Task PrepareAsync(string folder)
    {
        using var life = new FaultLife(folder, plan: null, new FaultTally());
        var store = await life.OpenAsync();
        while (new FileInfo(Path.Combine(folder, "results.wal")).Length < 880_000)
        {
            await store.RecordAsync(life._samples.Next(), CancellationToken.None);
        }

        // A copy of the files as they are, with a log: what a box that was switched off leaves.
        var running = folder + "-running";
        Copy(folder, running);
        await store.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        Directory.Move(running, folder);
    }

    /// <summary>How many operations a life without faults has.</summary>
    public static async Task<long> CountOperationsAsync(string template, string folder)
    {
        Copy(template, folder);
        using var life = new FaultLife(folder, plan: null, new FaultTally());
        await life.BodyAsync();
        await (life._store?.DisposeAsync() ?? ValueTask.CompletedTask);
        return life._disk.Operations;
    }

    /// <summary>Lives once and judges.</summary>
    public static async Task LiveAsync(string template, string folder, FaultPlan plan, FaultTally tally)
    {
        Copy(template, folder);
        using var life = new FaultLife(folder, plan, tally);
        life._disk.FailAt(plan.Operation, plan.Fault, plan.IsPersistent);
        await life.BodyAsync();
        await life.RecoverAsync();
        await life.JudgeAsync(template);
        tally.Lived(life._disk.FailedOperation is not null);
        Directory.Delete(folder, recursive: true);
    }

    /// <inheritdoc/>
    public void Dispose() => _audit.Dispose();

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private Task<LiteDbResultStore> OpenAsync() =>
        LiteDbResultStore.OpenAsync(_options, _health, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, _disk, CancellationToken.None);

    private async Task BodyAsync()
    {
        if (!await AskAsync("open", async () => _store = await OpenAsync()))
        {
            _store = null;
        }

        for (var i = 0; i < 3; i++)
        {
            await AuditAsync();
            await RecordAsync();
        }

        // Not while the disk refuses everything: what it refused and could not take back is taken back by this process, not by the next.
        if (_store is not null && !(_plan is { IsPersistent: true } && _disk.FailedOperation is not null))
        {
            var value = $"value-{Guid.NewGuid():N}";
            if (await AskAsync("value", () => _store.WriteValueAsync("key", value, CancellationToken.None)))
            {
                _value = value;
            }

            await _store.DisposeAsync();
            _store = null;
            await AskAsync("open", async () => _store = await OpenAsync());
            await RecordAsync();
        }
    }

    private async Task AuditAsync()
    {
        if (await AskAsync("audit", () => _audit.AppendAsync(new AuditEvent(AuditAction.Case, "proof", $"case-{_audited}"), CancellationToken.None), "store"))
        {
            _audited++;
        }
    }

    private async Task RecordAsync()
    {
        if (_store is null)
        {
            return;
        }

        var record = _samples.Next();
        (await AskAsync("result", () => _store.RecordAsync(record, CancellationToken.None)) ? _acknowledged : _refused).Add(record);
    }

    // What is refused has to be said by the health board, unless it ended the start itself: then the worker ends with the message.
    private async Task<bool> AskAsync(string what, Func<Task> ask, string component = "store")
    {
        var begin = TimeProvider.System.GetTimestamp();
        var isDone = true;
        try
        {
            await ask().WaitAsync(Patience);
        }
        catch (Exception exception) when (exception is StoreFaultException or BadInputException)
        {
            isDone = false;
            _lastRefusal = exception.Message;
            var item = _health.Snapshot().Items.FirstOrDefault(i => i.Component == component);
            if (what != "open" && item is not { State: not HealthState.Ok, Reason.Length: > 0 })
            {
                _tally.Report(FaultOutcome.Silent, $"{Where}: {what} was refused ({exception.Message}) and health says {item?.State}");
            }
        }
        catch (TimeoutException)
        {
            isDone = false;
            _tally.Report(FaultOutcome.Hung, $"{Where}: {what} had no answer within {Patience.TotalSeconds:0} s");
        }

        _tally.Answered(isDone, TimeProvider.System.GetElapsedTime(begin));
        return isDone;
    }

    private async Task RecoverAsync()
    {
        _disk.Mend();
        _store ??= await OpenAsync();
        for (var i = 0; i < 2; i++)
        {
            var (refused, audited) = (_refused.Count, _audited);
            await AuditAsync();
            await RecordAsync();
            if (_refused.Count > refused || _audited == audited)
            {
                _tally.Report(FaultOutcome.Unrecovered, $"{Where}: the disk works again and a write still fails: {_lastRefusal}");
            }
        }

        if (_health.Snapshot().Items.Any(i => i.Component == "store" && i.State != HealthState.Ok))
        {
            _tally.Report(FaultOutcome.Alarm, $"{Where}: health says {_health.Snapshot().Items.First(i => i.Component == "store").Reason}");
        }

        await _store.DisposeAsync();
    }

    private async Task JudgeAsync(string template)
    {
        var found = StoreDump.Of(_options.DataFolder, LocalDisk.Instance, (file, what) => _tally.Report(FaultOutcome.Alarm, $"{Where}: {file}: {what}"));
        var before = StoreDump.OfRunning(template);
        var lost = before.Beyond(found).Where(d => !d.StartsWith($"{ResultDocuments.Outbox} ", StringComparison.Ordinal)).ToList();
        lost.AddRange(_acknowledged.SelectMany(KeysOf).Where(k => !found.Documents.ContainsKey(k)));
        if (lost.Count > 0)
        {
            _tally.Report(FaultOutcome.Lost, $"{Where}: {string.Join(", ", lost.Take(3))}");
        }

        var half = _refused.SelectMany(KeysOf).Where(found.Documents.ContainsKey).ToList();
        if (half.Count > 0)
        {
            _tally.Report(FaultOutcome.Half, $"{Where}: refused and there: {string.Join(", ", half.Take(3))}");
        }

        await using (var store = await LiteDbResultStore.OpenAsync(_options, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None))
        {
            foreach (var record in _acknowledged)
            {
                if (await store.FindAsync(record.Result.Id, CancellationToken.None) is not { } result || result.CapturedUtc != record.Result.CapturedUtc
                    || await store.ReadMapsAsync(record.Result.Id, CancellationToken.None) is not { } maps || !maps.Classes.Values.AsSpan().SequenceEqual(record.Maps.Classes.Values))
                {
                    _tally.Report(FaultOutcome.Lost, $"{Where}: {record.Result.Id} is not as it was recorded");
                }
            }

            if (_value is not null && await store.ReadValueAsync("key", CancellationToken.None) != _value)
            {
                _tally.Report(FaultOutcome.Lost, $"{Where}: the value is gone");
            }
        }

        var audit = await AuditReader.VerifyAsync(_options.DataFolder, [], CancellationToken.None);
        if (audit.Entries < _audited || audit.Faults.Count > 0)
        {
            _tally.Report(FaultOutcome.Lost, $"{Where}: {_audited} audit entries were acknowledged, {audit.Entries} are there; {string.Join("; ", audit.Faults.Select(f => f.Found))}");
        }
    }

    private static IEnumerable<string> KeysOf(ResultRecord record) =>
    [
        $"{ResultDocuments.Results} {record.Result.Id}", $"{ResultDocuments.Maps} {record.Result.Id}", $"{ResultDocuments.Overlays} {record.Result.Id}",
        $"{ResultDocuments.Ledgers} {record.Result.Id}", .. record.Messages.Where(m => m.Topic != "overlay").Select(m => $"{ResultDocuments.Outbox} {m.Id}"),
    ];
}
