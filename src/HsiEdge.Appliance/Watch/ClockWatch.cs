using HsiEdge.Core.Publish;

namespace HsiEdge.Appliance.Watch;

/// <summary>Compares the wall clock with the monotonic one, every second: a step of the one that the other does not know is someone's setting.</summary>
/// <param name="metrics">Takes what it finds.</param>
/// <param name="life">Takes its signs of life.</param>
/// <param name="time">Both clocks.</param>
internal sealed class ClockWatch(BoxMetrics metrics, Heartbeat life, TimeProvider time)
{
    /// <summary>Time between two looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    /// <summary>Looks until stopped.</summary>
    /// <param name="stopping">Stops it.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        var (startTimestamp, startUtc) = (time.GetTimestamp(), time.GetUtcNow());
        var known = TimeSpan.Zero;
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                life.Beat();
                var offset = time.GetUtcNow() - startUtc - time.GetElapsedTime(startTimestamp);
                metrics.NoteClock(offset.TotalSeconds, (offset - known).Duration() > Step);
                known = offset;
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }
}
