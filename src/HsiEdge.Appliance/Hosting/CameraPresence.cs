using HsiEdge.Core.Acquire;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>
/// Keeps the trigger desk and the health of <c>camera</c> in step with a camera that can be unplugged: while it is away triggers are refused with the reason,
/// and let in again when it is back.
/// </summary>
internal sealed class CameraPresence(IFrameCamera camera, TriggerDesk desk, HealthBoard health, TimeProvider time, ILogger log)
{
    /// <summary>Cause under which triggers are refused.</summary>
    public const string Category = "camera away";

    // The camera itself takes up to 3 s to notice; a person with a foot on the switch does not notice this.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Looks until stopped; then the cause is taken away, as nobody would take it away later.</summary>
    /// <param name="stopping">Ends it.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        string? known = null;
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                if (camera.AwayReason is var reason && reason != known)
                {
                    Report(reason, known is not null);
                    known = reason;
                }
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
        finally
        {
            desk.Unblock(Category);
            health.Report("camera", HealthState.Ok, cause: Category);
        }
    }

    private void Report(string? reason, bool wasAway)
    {
        if (reason is not null)
        {
            desk.Block(Category, $"the camera is away: {reason}");
            health.Report("camera", HealthState.Failed, reason, Category);
            if (!wasAway)
            {
                ApplianceLog.CameraLeft(log, camera.Identity.Model, camera.Identity.Serial, reason.TrimEnd('.'));
            }
        }
        else
        {
            // Set up again: what its going away cost was told, and is over.
            health.Report("camera", HealthState.Ok, cause: CapturePipeline.FaultCause);
            health.Report("camera", HealthState.Ok, cause: Category);
            desk.Unblock(Category);
            ApplianceLog.CameraReturned(log, camera.Identity.Model, camera.Identity.Serial);
        }
    }
}
