using System.Diagnostics;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Proofs.PowerCut;

/// <summary>A folder as a power cut left it, and the states of the store that are right for it.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Where">Where the cut was, for messages.</param>
/// <param name="Acknowledged">What the store had acknowledged.</param>
/// <param name="UnderWay">The same with what was under way; null when nothing was.</param>
/// <param name="IsFailing">What was under way was about to be reported as failed: until then it may be there.</param>
internal sealed record PowerCutImage(string Folder, string Where, StoreDump Acknowledged, StoreDump? UnderWay, bool IsFailing)
{
    /// <summary>Opens the store in the folder, compares, writes a result, and now and then cuts the power again in the middle of that.</summary>
    /// <param name="tally">Takes what is found.</param>
    /// <param name="random">Of the second cut.</param>
    /// <param name="isSecond">Whether this is an image of a second cut.</param>
    public async Task CheckAsync(PowerCutTally tally, Random random, bool isSecond = false)
    {
        var crashed = isSecond || random.Next(4) > 0 ? null : CrashedDisk.Of(Folder);
        var disk = new RecordingDisk(LocalDisk.Instance);
        try
        {
            var begin = Stopwatch.GetTimestamp();
            var found = StoreDump.Of(Folder, disk, (file, what) => tally.Report(PowerCutFault.Alarm, $"{Where}: {file}: {what}"));
            tally.Opened(Stopwatch.GetElapsedTime(begin));
            Compare(found, tally);
            var (written, acknowledged) = await WriteAsync(disk, tally);
            if (crashed is not null)
            {
                await CutAgainAsync(crashed, disk, found, written, acknowledged, tally, random);
            }
        }
        catch (Exception exception) when (exception is StoreFaultException or IOException or LiteDB.LiteException or InvalidDataException or Core.BadInputException)
        {
            tally.Report(PowerCutFault.Unreadable, $"{Where}: {exception.Message}");
        }
        finally
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private void Compare(StoreDump found, PowerCutTally tally)
    {
        if (found.IsSameAs(Acknowledged) || (UnderWay is not null && found.IsSameAs(UnderWay)) || (IsFailing && !Acknowledged.Beyond(found).Any()))
        {
            tally.Checked(Acknowledged.Documents.Count);
            return;
        }

        var lost = Acknowledged.Beyond(found).Where(d => UnderWay is null || UnderWay.Documents.ContainsKey(d)).Take(3).ToList();
        tally.Report(
            lost.Count > 0 ? PowerCutFault.Lost : PowerCutFault.Half,
            $"{Where}: {(lost.Count > 0 ? $"lost {string.Join(", ", lost)}" : $"half: {string.Join(", ", found.Beyond(Acknowledged).Take(3))}")}");
    }

    private async Task<(StoreDump Written, int Acknowledged)> WriteAsync(RecordingDisk disk, PowerCutTally tally)
    {
        var health = new HealthBoard(TimeProvider.System);
        var options = new StoreOptions { DataFolder = Folder, MaximumMapAgeDays = 0 };
        var record = new SampleRecords(TimeProvider.System).Next();
        int acknowledged;
        await using (var store = await LiteDbResultStore.OpenAsync(options, health, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, disk, CancellationToken.None))
        {
            await store.RecordAsync(record, CancellationToken.None);
            acknowledged = disk.Count;
            if (health.Snapshot().Items.FirstOrDefault(i => i.Component == "store") is { State: not HealthState.Ok } item)
            {
                tally.Report(PowerCutFault.Alarm, $"{Where}: {item.Reason}");
            }
        }

        var written = StoreDump.Of(Folder, LocalDisk.Instance, (file, what) => tally.Report(PowerCutFault.Alarm, $"{Where}, after a write: {file}: {what}"));
        if (!written.Documents.ContainsKey($"{ResultDocuments.Results} {record.Result.Id}"))
        {
            tally.Report(PowerCutFault.Lost, $"{Where}: a result written after the cut is gone");
        }

        return (written, acknowledged);
    }

    private async Task CutAgainAsync(CrashedDisk crashed, RecordingDisk disk, StoreDump before, StoreDump after, int acknowledged, PowerCutTally tally, Random random)
    {
        var operations = disk.Operations;
        var cut = random.Next(operations.Count + 1);
        foreach (var operation in operations.Take(cut))
        {
            crashed.Apply(operation);
        }

        var folder = Folder + "-again";
        Directory.CreateDirectory(folder);
        crashed.Leave(folder, random);
        tally.CutAgain();
        var image = new PowerCutImage(folder, $"{Where}, and again after {cut} operations", cut >= acknowledged ? after : before, after, IsFailing: false);
        await image.CheckAsync(tally, random, isSecond: true);
    }
}
