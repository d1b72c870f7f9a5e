using HsiEdge.Appliance.Configuration;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>Opens the configured board for one job outside the worker, interlock and all.</summary>
internal static class ReferenceBoard
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Opens it.</summary>
    /// <param name="configuration">Without faults.</param>
    /// <param name="stages">Closes it.</param>
    /// <param name="metrics">Counts the triggers of the board's footswitch, which are all refused.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="logs">For its messages.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The board; null when none is configured.</returns>
    /// <exception cref="CameraFaultException">It is away.</exception>
    public static async Task<ApplianceBoard?> OpenAsync(
        ApplianceConfiguration configuration, TeardownStack stages, PipelineMetrics metrics, TimeProvider time, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var (desk, health) = (new TriggerDesk(time, metrics, logs.CreateLogger<TriggerDesk>()), new HealthBoard(time));
        var operation = new BoardOperation(configuration.Board, options => BoardDevices.Open(options, logs), desk, () => [], health, time, logs);
        var stop = new CancellationTokenSource();
        var running = Task.Run(() => operation.RunAsync(stop.Token), CancellationToken.None);
        stages.Push(async () =>
        {
            await stop.CancelAsync();
            await running;
            stop.Dispose();
        });
        try
        {
            return stages.Own(await operation.TakeAsync(cancellationToken).WaitAsync(Patience, time, cancellationToken)).Board;
        }
        catch (TimeoutException e)
        {
            var reason = health.Snapshot().Items.FirstOrDefault(i => i.State == HealthState.Failed)?.Reason ?? "it does not open";
            throw new CameraFaultException($"The board cannot be used: {reason}", e);
        }
    }
}
