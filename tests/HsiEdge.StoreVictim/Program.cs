// Writes results into a store as fast as it can and prints the id of each once it was acknowledged, until it is killed.
// Usage: HsiEdge.StoreVictim FOLDER [COUNT | compact]
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

var options = new StoreOptions { DataFolder = args[0], CheckpointMebibytes = 1 };
if (args is [_, "compact"])
{
    await Console.Out.WriteLineAsync("compacting");
    StoreMaintenance.Compact(options, TimeProvider.System, NullLogger.Instance, progress: null);
    return;
}

var count = args.Length > 1 ? int.Parse(args[1]) : int.MaxValue;
await Console.Out.WriteLineAsync("opening");
await using var store = await LiteDbResultStore.OpenAsync(options, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
var samples = new SampleRecords(TimeProvider.System);
await Console.Out.WriteLineAsync("open");
for (var i = 0; i < count; i++)
{
    var size = (i % 4) switch { 0 => 16, 1 => 48, 2 => 96, _ => 160 };
    var record = samples.Next(size, size, transitions: i % 3 == 0 ? [samples.Raise()] : []);
    await store.RecordAsync(record, CancellationToken.None);
    await Console.Out.WriteLineAsync(record.Result.Id);
}
