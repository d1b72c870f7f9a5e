using System.Collections.Concurrent;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using LiteDB;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// The one thread that touches LiteDB: its transactions belong to a thread, and one writer is the only way that never lost an acknowledged
/// write. Work waits in a queue with a ceiling; a full queue makes the caller wait, nothing is dropped. After a failure the files are opened
/// anew and the failed transaction is cut off the log before anything else is written.
/// </summary>
internal sealed class StoreWriter : IAsyncDisposable
{
    /// <summary>Works waiting at most.</summary>
    public const int QueueCeiling = 64;

    /// <summary>The log never grows beyond this, whatever holds checkpoints up; a single transaction larger than that has it to itself.</summary>
    public const long LogCeilingBytes = 64L << 20;

    /// <summary>Room in the log that a transaction is given unless its caller knows that it needs more.</summary>
    public const long UsualWorkBytes = 16L << 20;

    private const string Component = "store";
    private const int MostRepairs = 3;

    // Frames and the file's head beside the pages.
    private const double FrameOverhead = 1.01;

    private readonly StorePaths _paths;
    private readonly IBlockDisk _disk;
    private readonly DamageList _damage;
    private readonly long _checkpointBytes;
    private readonly HealthBoard _health;
    private readonly ILogger _logger;
    private readonly Action<LiteDatabase> _opened;
    private readonly StoreWatch _watch;
    private readonly BlockingCollection<StoreWork> _queue = [];
    private readonly SemaphoreSlim _room = new(QueueCeiling);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StoreSession? _session;
    private long? _keepLogLength;
    private string _checkpointFault = string.Empty;
    private bool _checkpointDelayed;
    private string _lastFault = string.Empty;
    private bool _repairDue;
    private int _repairs;

    /// <summary>Makes the writer; <see cref="StartAsync"/> opens the store.</summary>
    /// <param name="paths">The store's files.</param>
    /// <param name="disk">Where the files are.</param>
    /// <param name="checkpointBytes">Log length at which it is copied into the data file.</param>
    /// <param name="health">Where the store's state is reported.</param>
    /// <param name="logger">Log.</param>
    /// <param name="opened">Runs on the store's thread each time the database was opened.</param>
    /// <param name="watch">Takes figures and signs of life.</param>
    public StoreWriter(
        StorePaths paths, IBlockDisk disk, long checkpointBytes, HealthBoard health, ILogger logger, Action<LiteDatabase> opened, StoreWatch watch)
    {
        _watch = watch;
        watch.Metrics?.WatchQueue(() => QueueCeiling - _room.CurrentCount);
        (_paths, _disk, _checkpointBytes, _health, _logger, _opened) = (paths, disk, checkpointBytes, health, logger, opened);
        _damage = new DamageList(paths, disk, watch.Time);
    }

    /// <summary>Starts the thread and returns once the store is open.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        new Thread(Run) { Name = "store", IsBackground = true }.Start();
        return RunAsync(static _ => true, durable: false, cancellationToken);
    }

    /// <summary>Runs work on the store's thread.</summary>
    /// <param name="work">The work; it must not keep cursors open.</param>
    /// <param name="durable">True: in a transaction, and the task completes only when it is on the disk. False: reads only.</param>
    /// <param name="cancellationToken">Stops waiting until the work has begun; then it finishes.</param>
    /// <param name="bytes">Room in the log that a durable work may need.</param>
    /// <exception cref="StoreFaultException">The disk or the database failed; nothing of the work is in the store.</exception>
    public async Task<T> RunAsync<T>(Func<LiteDatabase, T> work, bool durable, CancellationToken cancellationToken, long bytes = UsualWorkBytes)
    {
        await _room.WaitAsync(cancellationToken);
        var item = new StoreWork<T>(work, durable ? Math.Max(bytes, UsualWorkBytes) : null, cancellationToken);
        try
        {
            _queue.Add(item, CancellationToken.None);
        }
        catch (InvalidOperationException exception)
        {
            _room.Release();
            throw new ObjectDisposedException("The result store is closed.", exception);
        }

        return await item.Completion;
    }

    /// <summary>Finishes waiting work, copies the log into the data file and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.CompleteAdding();
#pragma warning disable VSTHRD003 // The store's thread waits for nobody here.
        await _ended.Task;
#pragma warning restore VSTHRD003
        _queue.Dispose();
        _room.Dispose();
    }

    private void Run()
    {
        try
        {
            foreach (var item in _queue.GetConsumingEnumerable())
            {
                _room.Release();
                _watch.Life.Beat();
                Perform(item);
                _watch.Life.Rest();
            }

            _watch.Life.Beat();
            CloseSession(checkpoint: true);
        }
        finally
        {
            _watch.Life.Rest();
            _ended.SetResult();
        }
    }

    private void Perform(StoreWork item)
    {
        if (!item.Begin())
        {
            return;
        }

        try
        {
            var session = _session ?? OpenSession();
            MakeRoomInLog(session, item.LogBytes ?? 0);
            var begin = session.LogLength;
            _keepLogLength = begin;
            var begun = _watch.Time.GetTimestamp();
            item.Execute(session);
            _keepLogLength = null;
            if (item.Durable)
            {
                _watch.Metrics?.ObserveTransaction(_watch.Time.GetElapsedTime(begun).TotalMilliseconds);
            }
        }
        catch (Exception exception)
        {
            var fault = Explain(exception);
            _watch.Metrics?.CountFault();
            Abandon(fault);
            item.Fail(fault);
            return;
        }

        _lastFault = string.Empty;
        ReportHealth();
        item.Succeed();
        CheckpointWhenDue();
        if (_session is { } kept)
        {
            _watch.Metrics?.NoteFiles(kept.LogLength, kept.DataLength);
        }
    }

    private StoreSession OpenSession()
    {
        _damage.Load();
        if (_repairDue)
        {
            // Once opened, what a failed transaction left is off the log and cannot be taken for something to keep.
            OpenFiles.Open(_paths, _disk, _keepLogLength, NoteDamage).Dispose();
            Repair();
        }

        try
        {
            return OpenOnce();
        }
        catch (Exception exception) when (PageDamageException.In(exception) is { } page && _repairs < MostRepairs)
        {
            NoteDamage(page.File, $"page {page.Page} is not as it was written");
            Repair();
            return OpenOnce();
        }
    }

    // Without a person: the damaged files are set aside, what is whole of them goes on. Health keeps saying so.
    private void Repair()
    {
        _repairDue = false;
        using var held = FileLock.TryTakeExclusive(_paths.SnapshotLock) ?? throw new IOException(
            $"{_paths.SnapshotLock} is held by a reader; the damaged store cannot be repaired until it is done.");
        _repairs++;
        var report = StoreRepair.Run(_paths, _disk);
        _keepLogLength = null;
        NoteDamage(_paths.Data, $"it was repaired: {report}");
    }

    private StoreSession OpenOnce()
    {
        var session = StoreSession.Open(_paths, _disk, _keepLogLength, NoteDamage);
        _keepLogLength = null;
        try
        {
            _opened(session.Database);
        }
        catch
        {
            session.Dispose();
            throw;
        }

        _session = session;
        if (session.LogLength < _checkpointBytes)
        {
            // A checkpoint that failed had emptied the log all the same: nothing waits to be copied.
            _checkpointFault = string.Empty;
        }

        if (session.Tail is { Bytes: > 0, IsDamaged: false })
        {
            StoreLog.UnfinishedTail(_logger, _paths.Log, session.Tail.Bytes);
        }

        StoreLog.Opened(_logger, _paths.Folder, session.LogLength);
        return session;
    }

    private void NoteDamage(string file, string what)
    {
        _damage.Note(file, what);
        StoreLog.Damaged(_logger, file, what);
    }

    private Exception Explain(Exception exception) => exception switch
    {
        StoreFaultException or Core.BadInputException => exception,
        IOException or LiteException or UnauthorizedAccessException or InvalidDataException => new StoreFaultException(
            $"The result store in {_paths.Folder} failed: {exception.Message} " +
            "Nothing of this was written. Free or replace the disk if it is full or broken; the store opens itself anew.", exception),
        _ => exception,
    };

    private void Abandon(Exception fault)
    {
        if (PageDamageException.In(fault) is { } page)
        {
            NoteDamage(page.File, $"page {page.Page} is not as it was written");
            _repairDue = _repairs < MostRepairs;
        }

        _health.Report(Component, HealthState.Failed, fault.Message);
        if (fault.Message != _lastFault)
        {
            // One line an episode: the box tries each second.
            _lastFault = fault.Message;
            StoreLog.Failed(_logger, _paths.Folder, fault);
        }

        var keep = _keepLogLength;
        CloseSession(checkpoint: false);
        _keepLogLength = keep;
        if (keep is null)
        {
            return;
        }

        try
        {
            // At once: should the process end before the next work, the failed transaction must not come back.
            OpenSession();
        }
        catch (Exception exception) when (exception is IOException or LiteException or UnauthorizedAccessException or InvalidDataException or StoreFaultException)
        {
            StoreLog.StaysClosed(_logger, _paths.Folder, exception);
        }
    }

    private void CloseSession(bool checkpoint)
    {
        if (_session is not { } session)
        {
            return;
        }

        _session = null;
        try
        {
            if (checkpoint)
            {
                session.TryCheckpoint();
            }

            session.Dispose();
        }
        catch (Exception exception) when (exception is IOException or LiteException or UnauthorizedAccessException or AggregateException)
        {
            // What was acknowledged is in the synced log, which the next opening reads.
            StoreLog.CloseFailed(_logger, _paths.Folder, exception);
        }
    }

    // Before it begins, so that a log that cannot be copied into the data file refuses the work instead of growing.
    private void MakeRoomInLog(StoreSession session, long bytes)
    {
        if (bytes > 0 && session.LogLength > 0 && FrameOverhead * (session.LogLength + bytes) > LogCeilingBytes)
        {
            StoreLog.CheckpointForced(_logger, session.LogLength);
            session.TryCheckpoint(force: true);
            _watch.Metrics?.CountCheckpoint("forced");
        }
    }

    private void CheckpointWhenDue()
    {
        if (_session is not { } session || session.LogLength < _checkpointBytes)
        {
            return;
        }

        try
        {
            if (session.TryCheckpoint())
            {
                _checkpointDelayed = false;
                _checkpointFault = string.Empty;
                _watch.Metrics?.CountCheckpoint("done");
                ReportHealth();
            }
            else if (!_checkpointDelayed)
            {
                _checkpointDelayed = true;
                _watch.Metrics?.CountCheckpoint("delayed");
                StoreLog.CheckpointDelayed(_logger, session.LogLength);
            }
        }
        catch (Exception exception) when (exception is IOException or LiteException or UnauthorizedAccessException)
        {
            // What was recorded is safe in the log; the warning stays until a checkpoint succeeds.
            _watch.Metrics?.CountCheckpoint("failed");
            _checkpointFault = $"The log could not be copied into {_paths.Data} and grows: {exception.Message}";
            ReportHealth();
            StoreLog.CheckpointFailed(_logger, _paths.Data, exception);
            CloseSession(checkpoint: false);
        }
    }

    private void ReportHealth()
    {
        var warning = $"{_damage.Summary} {_checkpointFault}".Trim();
        _health.Report(Component, warning.Length == 0 ? HealthState.Ok : HealthState.Warning, warning);
    }
}
