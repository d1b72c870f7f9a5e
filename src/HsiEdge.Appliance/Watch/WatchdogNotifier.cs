using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Watch;

/// <summary>
/// Tells the service manager that the worker lives, at half the time it waits (WatchdogSec in the unit) and only while no stage is dead: a stage that hangs ends
/// in a restart, which is the one thing that helps it.
/// </summary>
/// <param name="notifier">The service manager.</param>
/// <param name="truth">Whether the worker lives.</param>
/// <param name="time">Source of the time.</param>
/// <param name="log">Log.</param>
internal sealed class WatchdogNotifier(ISystemdNotifier notifier, HealthTruth truth, TimeProvider time, ILogger log)
{
    private static readonly ServiceState Alive = new("WATCHDOG=1");

    /// <summary>How long the service manager waits for a sign; null where it does not watch this process.</summary>
    public static TimeSpan? Patience
    {
        get
        {
            var forUs = Environment.GetEnvironmentVariable("WATCHDOG_PID") is not { Length: > 0 } pid || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            return forUs && long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
                ? TimeSpan.FromMicroseconds(microseconds)
                : null;
        }
    }

    /// <summary>Tells until stopped.</summary>
    /// <param name="patience">How long the service manager waits.</param>
    /// <param name="stopping">Stops it.</param>
    public async Task RunAsync(TimeSpan patience, CancellationToken stopping)
    {
        var silent = false;
        using var timer = new PeriodicTimer(patience / 2, time);
        try
        {
            do
            {
                var report = truth.Read();
                if (report.Live)
                {
                    notifier.Notify(Alive);
                }
                else if (!silent)
                {
                    WatchLog.StageDead(log, string.Join("; ", report.Reasons.Live), patience.TotalSeconds);
                }

                silent = !report.Live;
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }
}
