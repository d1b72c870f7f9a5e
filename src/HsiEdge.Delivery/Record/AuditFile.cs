using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// The audit log in the data folder: <c>audit.jsonl</c>, one entry a line, each with the hash of the one before (docs/decisions/0021-audit.md). Worker and verbs
/// write it one after the other under a lock on a file; an entry that was returned from is on the disk, and <c>audit.head</c> says which one is the last.
/// </summary>
public sealed class AuditFile : IAuditLog, IDisposable
{
    /// <summary>Under which cause the component <c>store</c> reports it.</summary>
    public const string HealthCause = "audit";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly AuditPaths _paths;
    private readonly string _boot;
    private readonly TimeProvider _time;
    private readonly HealthBoard _health;
    private readonly ILogger _log;
    private readonly IBlockDisk _disk;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private AuditHead? _head;
    private string? _broken;
    private string? _undone;

    /// <summary>Makes it; the files are made with the first entry.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="boot">ULID of this process.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="health">Where the component <c>store</c> is told when it cannot be written.</param>
    /// <param name="log">Receives what was found wrong with it.</param>
    public AuditFile(string folder, string boot, TimeProvider time, HealthBoard health, ILogger<AuditFile> log)
        : this(folder, boot, time, health, log, LocalDisk.Instance)
    {
    }

    internal AuditFile(string folder, string boot, TimeProvider time, HealthBoard health, ILogger<AuditFile> log, IBlockDisk disk) =>
        (_paths, _boot, _time, _health, _log, _disk) = (new AuditPaths(Path.GetFullPath(folder)), boot, time, health, log, disk);

    /// <summary>The last entry that this process wrote; null before its first.</summary>
    public AuditHead? Head => Volatile.Read(ref _head);

    /// <inheritdoc/>
    public async Task AppendAsync(AuditEvent entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            _disk.MakeFolder(_paths.Folder);
            await using var held = await TakeLockAsync(cancellationToken);
            Volatile.Write(ref _head, await Task.Run(() => Append(entry), CancellationToken.None));
            _health.Report(
                "store", _broken is null ? HealthState.Ok : HealthState.Warning, _broken is null ? "" : $"{_broken} 'hsiedge audit verify' tells all of it.", HealthCause);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var message = $"The audit log {_paths.Log} cannot be written: {e.Message.TrimEnd('.')}. What is not audited is not done: free the disk or mend the folder's owner and mode, then try again.";
            _health.Report("store", HealthState.Failed, message, HealthCause);
            AuditLog.NotWritten(_log, _paths.Log, entry.Action, e);
            throw new StoreFaultException(message, e);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<FileStream> TakeLockAsync(CancellationToken cancellationToken)
    {
        var begun = _time.GetTimestamp();
        var isNew = !File.Exists(_paths.Lock);
        while (true)
        {
            if (FileLock.TryTakeExclusive(_paths.Lock) is { } held)
            {
                if (isNew)
                {
                    FileOwner.FollowFolder(_paths.Lock);
                }

                return held;
            }

            if (_time.GetElapsedTime(begun) > Patience)
            {
                throw new IOException($"{_paths.Lock} was held for {Patience.TotalSeconds:0} s by another hsiedge process");
            }

            await Task.Delay(Pause, _time, cancellationToken);
        }
    }

    private AuditHead Append(AuditEvent entry)
    {
        var isNew = !_disk.Exists(_paths.Log) || !_disk.Exists(_paths.Head);
        using var log = _disk.Open(_paths.Log);
        using var head = _disk.Open(_paths.Head);
        if (isNew)
        {
            FileOwner.FollowFolder(_paths.Log);
            FileOwner.FollowFolder(_paths.Head);
            _disk.SyncFolder(_paths.Folder);
        }

        var end = AuditEnd.Find(log, head);
        _broken = end.Broken ?? _broken;
        List<AuditEvent> entries = [.. Notes(end), entry];
        var last = end.Last;
        var bytes = new List<byte>();
        foreach (var next in entries)
        {
            var (line, hash) = AuditLine.Write(next, last.Sequence + 1, _time.GetUtcNow(), _boot, last.Sha256);
            bytes.AddRange(line);
            last = new AuditHead(last.Sequence + 1, hash);
        }

        Write(log, end.Offset, [.. bytes]);
        _undone = $"the deed of entry {last.Sequence} was refused: audit.head could not be written";
        AuditHeadFile.Write(head, last);
        _undone = null;
        return last;
    }

    private void Write(IBlockFile log, long offset, byte[] lines)
    {
        try
        {
            log.SetLength(offset);
            log.Write(lines, offset);
            log.FlushToDisk();
        }
        catch (IOException)
        {
            TakeBack(log, offset);
            throw;
        }
    }

    /// <summary>An entry whose deed is refused goes; where even that fails it stands as the next one finds it.</summary>
    private void TakeBack(IBlockFile log, long offset)
    {
        try
        {
            log.SetLength(offset);
        }
        catch (IOException e)
        {
            AuditLog.NotTakenBack(_log, _paths.Log, e);
        }
    }

    /// <summary>What has to be said before the next entry: what was found at the end of the log, and the last entry's deed when it was refused after all.</summary>
    private IEnumerable<AuditEvent> Notes(AuditEnd end)
    {
        foreach (var found in new[] { end.Note, _undone }.OfType<string>())
        {
            AuditLog.FoundWrong(_log, _paths.Log, found);
            yield return new AuditEvent(AuditAction.Store, "box", Path.GetFileName(_paths.Log), new Dictionary<string, string>(StringComparer.Ordinal) { ["found"] = found });
        }
    }
}
