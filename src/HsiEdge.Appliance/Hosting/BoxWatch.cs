using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Hosting;

/// <summary>
/// Reports the components <c>disk</c>, each second, and <c>clock</c>, each 30 s. While there is no room for results or the store has failed, triggers are
/// refused; a failed store is tried again each second, so that the box goes on by itself soon after the disk does.
/// </summary>
/// <param name="health">Where they are reported.</param>
/// <param name="desk">Refuses triggers meanwhile.</param>
/// <param name="store">Knows the latest result.</param>
/// <param name="options">The data folder and the limits of its disk.</param>
/// <param name="freeBytes">Free bytes on the disk of a folder.</param>
/// <param name="time">Source of the time.</param>
internal sealed class BoxWatch(HealthBoard health, TriggerDesk desk, IResultStore store, StoreOptions options, Func<string, long> freeBytes, TimeProvider time)
{
    /// <summary>Time between two looks at the clock.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    /// <summary>Time between two looks at the disk and at the store's health.</summary>
    public static readonly TimeSpan DiskPeriod = TimeSpan.FromSeconds(1);

    private const string DiskFull = "disk full";
    private const string StoreFailed = "store failed";
    private const string ProbeKey = "probe";
    private readonly string _folder = Path.GetFullPath(options.DataFolder);

    /// <summary>Takes its signs of life.</summary>
    public Heartbeat Life { get; init; } = Heartbeat.Unwatched;

    /// <summary>Takes the disk's free room.</summary>
    public StoreMetrics? Metrics { get; init; }

    /// <summary>Looks until it is stopped. The disk is looked at apart from the store, which may wait for that disk.</summary>
    /// <param name="stopping">Stops it.</param>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(
        EachAsync(DiskPeriod, LookAtDisk, stopping),
        EachAsync(DiskPeriod, TryStoreAsync, stopping),
        EachAsync(Period, LookAtClockAsync, stopping));

    private async Task EachAsync(TimeSpan period, Func<CancellationToken, Task> look, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            do
            {
                await look(stopping);
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }

    private Task LookAtDisk(CancellationToken stopping)
    {
        Life.Beat();
        var disk = Disk();
        Report("disk", disk);
        if (disk.State == HealthState.Failed)
        {
            desk.Block(DiskFull, $"no room for results: {disk.Found}. {disk.Advice}");
        }
        else
        {
            desk.Unblock(DiskFull);
        }

        return Task.CompletedTask;
    }

    private async Task TryStoreAsync(CancellationToken stopping)
    {
        if (health.Snapshot().Items.FirstOrDefault(i => i is { Component: "store", State: HealthState.Failed }) is not { } failed)
        {
            desk.Unblock(StoreFailed);
            return;
        }

        desk.Block(StoreFailed, failed.Reason);
        try
        {
            // A real write, synced: what merely reads would call a full disk well again.
            await store.WriteValueAsync(ProbeKey, "written after a failure", stopping);
            await store.WriteValueAsync(ProbeKey, null, stopping);
            desk.Unblock(StoreFailed);
        }
        catch (StoreFaultException)
        {
            // The store reports itself.
        }
    }

    private async Task LookAtClockAsync(CancellationToken stopping) => Report("clock", BoxChecks.Clock(time.GetUtcNow(), await LatestAsync(stopping)));

    private void Report(string component, BoxCheck check) =>
        health.Report(component, check.State, check.State == HealthState.Ok ? "" : $"{check.Found}. {check.Advice}");

    private BoxCheck Disk()
    {
        try
        {
            var free = freeBytes(_folder);
            Metrics?.NoteFree(free);
            return BoxChecks.Disk(options, free);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new BoxCheck(HealthState.Failed, $"{_folder}: its disk cannot be asked: {e.Message}", "Check the disk and the mount of the data folder.");
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
