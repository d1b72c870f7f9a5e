using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace HsiEdge.Proofs.PowerCut;

/// <summary>A store under load: results, alerts, ledgers, values, marks of what was sent, expiry, checkpoints, faults of the disk, stops and starts.</summary>
internal sealed class PowerCutLoad
{
    private readonly Random _random;
    private readonly FaultyDisk _faulty;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private readonly SampleRecords _samples;
    private readonly string _folder;
    private readonly Action<string> _acknowledged;
    private readonly List<LoadStep> _steps = [];

    /// <summary>Prepares a load.</summary>
    /// <param name="folder">Where the store is made.</param>
    /// <param name="seed">Of its choices.</param>
    /// <param name="acknowledged">Called as soon as the store has acknowledged.</param>
    public PowerCutLoad(string folder, int seed, Action<string> acknowledged)
    {
        (_folder, _random, _acknowledged) = (folder, new Random(seed), acknowledged);
        _samples = new SampleRecords(_time);
        Disk = new RecordingDisk(LocalDisk.Instance);
        _faulty = new FaultyDisk(Disk);
    }

    /// <summary>What was done to the disk.</summary>
    public RecordingDisk Disk { get; }

    /// <summary>What was asked; the first is the opening of the store.</summary>
    public IReadOnlyList<LoadStep> Steps => _steps;

    /// <summary>Writes down all that was done to the disk and leaves the store closed.</summary>
    /// <param name="steps">How much is asked.</param>
    public async Task RunAsync(int steps)
    {
        var store = await OpenAsync();
        try
        {
            _steps.Add(new LoadStep("open", 0, Disk.Count, IsFailed: false, StoreDump.OfRunning(_folder)));
            for (var i = 0; i < steps; i++)
            {
                _time.Advance(TimeSpan.FromMinutes(_random.Next(5, 90)));
                if (i % 29 == 28)
                {
                    var begin = Disk.Count;
                    await store.DisposeAsync();
                    store = await OpenAsync();
                    await AddAsync(store, "restart", begin, Disk.Count, isFailed: false);
                    continue;
                }

                await StepAsync(store, faulty: i % 11 == 7);
            }
        }
        finally
        {
            await store.DisposeAsync();
        }
    }

    private Task<LiteDbResultStore> OpenAsync() => LiteDbResultStore.OpenAsync(
        new StoreOptions { DataFolder = _folder, CheckpointMebibytes = 1, MaximumMapAgeDays = 1 }, new HealthBoard(_time), _time,
        NullLogger<LiteDbResultStore>.Instance, _faulty, CancellationToken.None);

    private async Task StepAsync(LiteDbResultStore store, bool faulty)
    {
        var (name, ask) = Choose(store, faulty);
        if (faulty)
        {
            _faulty.FailAt(_faulty.Operations + _random.Next(0, 20), (DiskFault)_random.Next(3), persistent: false);
        }

        var begin = Disk.Count;
        var failed = false;
        try
        {
            await ask();
            _acknowledged(name);
        }
        catch (StoreFaultException) when (faulty)
        {
            failed = true;
        }

        var end = Disk.Count;
        _faulty.Mend();
        await AddAsync(store, name, begin, end, failed);
        if (failed && _random.Next(2) == 0)
        {
            // The same once more, as a caller does that got an error: old pages beyond the end would fit best now.
            begin = Disk.Count;
            await ask();
            _acknowledged(name);
            await AddAsync(store, $"{name} again", begin, Disk.Count, isFailed: false);
        }
    }

    private (string Name, Func<Task> Ask) Choose(LiteDbResultStore store, bool faulty)
    {
        var choice = faulty ? 0 : _random.Next(10);
        if (choice < 6)
        {
            var record = _samples.Next(_random.Next(8, 90), _random.Next(8, 90), transitions: _random.Next(3) == 0 ? [_samples.Raise()] : [], overlayBytes: _random.Next(100, 30_000));
            return ($"result {record.Result.Id}", () => store.RecordAsync(record, CancellationToken.None));
        }

        switch (choice)
        {
            case 6:
                var raised = _samples.Raise();
                var alertMessages = _samples.Next(transitions: [raised]).Messages;
                return ("alerts", () => store.RecordAlertsAsync([raised], [raised.After], alertMessages, new DurableValue("case", $"case-{_random.Next()}"), CancellationToken.None));
            case 7:
                var lost = _samples.Next();
                return ("ledger", () => store.RecordLedgerAsync(lost.Ledger, [lost.Messages[0]], CancellationToken.None));
            case 8:
                var value = _random.Next(4) == 0 ? null : new string('v', _random.Next(1, 3000));
                var key = $"key-{_random.Next(5)}";
                return ("value", () => store.WriteValueAsync(key, value, CancellationToken.None));
            default:
                var count = _random.Next(1, 12);
                return ("sent", async () => await store.MarkSentAsync([.. (await store.PeekAsync(count, CancellationToken.None)).Select(m => m.Id)], CancellationToken.None));
        }
    }

    private async Task AddAsync(LiteDbResultStore store, string name, int begin, int end, bool isFailed)
    {
        // A read waits its turn behind the checkpoint that may follow an acknowledgement; then the files are at rest.
        _ = await store.ReadValueAsync("rest", CancellationToken.None);
        _steps.Add(new LoadStep(name, begin, isFailed ? end : AcknowledgedAt(begin, end), isFailed, StoreDump.OfRunning(_folder)));
    }

    // The count taken after the wait may already hold the checkpoint that follows: the sync that allowed the acknowledgement is the sharper moment,
    // and never later than the wait's end.
    private int AcknowledgedAt(int begin, int end)
    {
        var operations = Disk.Operations;
        for (var i = begin; i + 1 < end; i++)
        {
            if (operations[i] is { Kind: DiskOperationKind.Sync } sync && sync.Path.EndsWith(".wal", StringComparison.Ordinal)
                && operations[i + 1] is { Kind: DiskOperationKind.Write, Offset: LogFormat.MarkOffset })
            {
                return i + 1;
            }
        }

        return end;
    }
}
