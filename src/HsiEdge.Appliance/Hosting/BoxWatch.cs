using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Hosting;

/// <summary>Reports the components <c>disk</c> and <c>clock</c>, at the start and then every 30 s. While there is no room for results, triggers are refused.</summary>
/// <param name="health">Where they are reported.</param>
/// <param name="desk">Refuses triggers while the disk is full.</param>
/// <param name="store">Knows the latest result.</param>
/// <param name="dataFolder">Full path of the data folder.</param>
/// <param name="freeBytes">Free bytes on the disk of a folder.</param>
/// <param name="time">Source of the time.</param>
internal sealed class BoxWatch(HealthBoard health, TriggerDesk desk, IResultStore store, string dataFolder, Func<string, long> freeBytes, TimeProvider time)
{
    /// <summary>Time between two looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    private const string DiskFull = "disk full";

    /// <summary>Takes its signs of life.</summary>
    public Heartbeat Life { get; init; } = Heartbeat.Unwatched;

    /// <summary>Takes the disk's free room.</summary>
    public StoreMetrics? Metrics { get; init; }

    /// <summary>Looks until it is stopped.</summary>
    /// <param name="stopping">Stops it.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                Life.Beat();
                var disk = Disk();
                Report("disk", disk);
                BlockWhileFull(disk);
                Report("clock", BoxChecks.Clock(time.GetUtcNow(), await LatestAsync(stopping)));
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }

    private void Report(string component, BoxCheck check) =>
        health.Report(component, check.State, check.State == HealthState.Ok ? "" : $"{check.Found}. {check.Advice}");

    private void BlockWhileFull(BoxCheck disk)
    {
        if (disk.State == HealthState.Failed)
        {
            desk.Block(DiskFull, $"no room for results: {disk.Found}. {disk.Advice}");
        }
        else
        {
            desk.Unblock(DiskFull);
        }
    }

    private BoxCheck Disk()
    {
        try
        {
            var free = freeBytes(dataFolder);
            Metrics?.NoteFree(free);
            return BoxChecks.Disk(dataFolder, free);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new BoxCheck(HealthState.Failed, $"{dataFolder}: its disk cannot be asked: {e.Message}", "Check the disk and the mount of the data folder.");
        }
    }

    private async Task<DateTimeOffset?> LatestAsync(CancellationToken stopping)
    {
        try
        {
            return (await store.ListAsync(new ResultQuery(1), stopping)) is [var latest, ..] ? latest.CapturedUtc : null;
        }
        catch (StoreFaultException)
        {
            // The store reports itself.
            return null;
        }
    }
}
