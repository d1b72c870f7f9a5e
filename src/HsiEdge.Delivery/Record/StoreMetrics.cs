using System.Diagnostics.Metrics;
using HsiEdge.Core.Pipeline;

namespace HsiEdge.Delivery.Record;

/// <summary>Figures of the store on the meter <c>HsiEdge</c>; without a listener they cost next to nothing.</summary>
public sealed class StoreMetrics : IDisposable
{
    private readonly Meter _meter = new(PipelineMetrics.MeterName);
    private readonly Histogram<double> _transactions;
    private readonly Counter<long> _faults;
    private readonly Counter<long> _removed;
    private readonly Counter<long> _checkpoints;
    private long _logBytes;
    private long _dataBytes;
    private long _freeBytes;
    private Func<long>? _queue;

    /// <summary>Makes the instruments.</summary>
    public StoreMetrics()
    {
        _transactions = Figures.Durations(_meter, "hsiedge.store.transaction.duration", "From the begin of a transaction until it was on the disk");
        _faults = _meter.CreateCounter<long>("hsiedge.store.faults", "{fault}", "Works of the store that failed");
        _removed = _meter.CreateCounter<long>("hsiedge.store.removed", "{item}", "Items removed to make room, by tier");
        _checkpoints = _meter.CreateCounter<long>("hsiedge.store.checkpoints", "{checkpoint}", "Copies of the log into the data file, by outcome");
        _meter.CreateObservableUpDownCounter("hsiedge.store.queue", () => _queue?.Invoke() ?? 0, "{work}", "Works waiting for the store's thread");
        _meter.CreateObservableGauge("hsiedge.store.log.size", () => Interlocked.Read(ref _logBytes), "By", "Length of the write-ahead log");
        _meter.CreateObservableGauge("hsiedge.store.data.size", () => Interlocked.Read(ref _dataBytes), "By", "Length of the data file");
        _meter.CreateObservableGauge("hsiedge.disk.free", () => Interlocked.Read(ref _freeBytes), "By", "Free room on the disk of the data folder");

        // What was never counted is 0, not missing.
        _faults.Add(0);
        foreach (var tier in (string[])["raw", "maps", "results"])
        {
            CountRemoved(tier, 0);
        }

        foreach (var outcome in (string[])["done", "delayed", "failed"])
        {
            _checkpoints.Add(0, new KeyValuePair<string, object?>("outcome", outcome));
        }
    }

    /// <summary>Where the gauge reads how many works wait.</summary>
    public void WatchQueue(Func<long> waiting) => _queue = waiting;

    /// <summary>Charts one durable transaction.</summary>
    public void ObserveTransaction(double milliseconds) => _transactions.Record(milliseconds / 1000);

    /// <summary>Counts a failed work.</summary>
    public void CountFault() => _faults.Add(1);

    /// <summary>Counts removals of a tier: <c>raw</c>, <c>maps</c>, <c>results</c>.</summary>
    public void CountRemoved(string tier, long items) => _removed.Add(items, new KeyValuePair<string, object?>("tier", tier));

    /// <summary>Counts a checkpoint: <c>done</c>, <c>delayed</c>, <c>failed</c>.</summary>
    public void CountCheckpoint(string outcome) => _checkpoints.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Notes the files' lengths in bytes.</summary>
    public void NoteFiles(long logBytes, long dataBytes)
    {
        Interlocked.Exchange(ref _logBytes, logBytes);
        Interlocked.Exchange(ref _dataBytes, dataBytes);
    }

    /// <summary>Notes the disk's free room in bytes.</summary>
    public void NoteFree(long bytes) => Interlocked.Exchange(ref _freeBytes, bytes);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
