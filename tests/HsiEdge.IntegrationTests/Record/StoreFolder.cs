using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Record;

/// <summary>A folder with a store, and the check that nothing in it is half.</summary>
internal sealed class StoreFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StoreFolder()
    {
        Clock = new SteppedClock(Time);
        Samples = new SampleRecords(Clock);
        Health = new HealthBoard(Time);
        Options = new StoreOptions { DataFolder = _folder.File("data") };
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));

    /// <summary>The wall clock over <see cref="Time"/>, as the store has it.</summary>
    public SteppedClock Clock { get; }

    public SampleRecords Samples { get; }

    public HealthBoard Health { get; }

    public StoreOptions Options { get; }

    public FaultyDisk Disk { get; } = new();

    public Task<LiteDbResultStore> OpenAsync() =>
        LiteDbResultStore.OpenAsync(Options, Health, Clock, NullLogger<LiteDbResultStore>.Instance, Disk, CancellationToken.None);

    /// <summary>Free bytes that the keeper is told of.</summary>
    public long FreeBytes { get; set; } = 100L << 30;

    /// <summary>What the keeper wrote down before it removed.</summary>
    public List<AuditEvent> Audited { get; } = [];

    public StoreKeeper KeeperOf(LiteDbResultStore store) =>
        store.Keep(new KeeperParts(Health, _ => FreeBytes, Time, NullLogger.Instance) { Audit = new AuditList(Audited) });

    /// <summary>What a component's health says.</summary>
    public string Warning(string component) =>
        Health.Snapshot().Items.FirstOrDefault(i => i.Component == component) is { State: not HealthState.Ok } item ? item.Reason : string.Empty;

    public string File(string name) => Path.Combine(Options.DataFolder, name);

    /// <summary>A copy of the store's files as they are now: what a power cut would leave, or less.</summary>
    public StoreFolder Copy()
    {
        var copy = new StoreFolder();
        Directory.CreateDirectory(copy.Options.DataFolder);
        foreach (var file in Directory.GetFiles(Options.DataFolder).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            System.IO.File.Copy(file, copy.File(Path.GetFileName(file)));
        }

        System.IO.File.WriteAllBytes(copy.File("results.snapshot.lock"), []);
        return copy;
    }

    /// <summary>Every result has its maps, its overlay and its messages, and there are none without a result.</summary>
    /// <returns>Ids of the results.</returns>
    public static async Task<HashSet<string>> RequireNothingHalfAsync(LiteDbResultStore store)
    {
        var results = (await store.ListAsync(new ResultQuery(int.MaxValue), CancellationToken.None)).Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var id in results)
        {
            Assert.NotNull(await store.ReadMapsAsync(id, CancellationToken.None));
            Assert.NotNull(await store.ReadOverlayAsync(id, CancellationToken.None));
        }

        var messages = await store.PeekAsync(int.MaxValue, CancellationToken.None);
        Assert.Equal(messages.Count, store.PendingCount);
        Assert.Equal(results.Order(), Ids(messages, "result", "\"id\":\"").Order());
        Assert.Equal(results.Order(), Ids(messages, "ledger", "\"resultId\":\"").Order());
        Assert.Equal(results.Count == 0 ? 0 : 1, messages.Count(m => m.Topic == "overlay"));
        return results;
    }

    public void Dispose() => _folder.Dispose();

    private sealed class AuditList(List<AuditEvent> audited) : IAuditLog
    {
        public Task AppendAsync(AuditEvent entry, CancellationToken cancellationToken)
        {
            audited.Add(entry);
            return Task.CompletedTask;
        }
    }

    private static IEnumerable<string> Ids(IReadOnlyList<OutboxMessage> messages, string topic, string mark) =>
        messages.Where(m => m.Topic == topic).Select(m =>
        {
            var json = System.Text.Encoding.UTF8.GetString(m.Payload);
            return json.Substring(json.IndexOf(mark, StringComparison.Ordinal) + mark.Length, 26);
        });
}
