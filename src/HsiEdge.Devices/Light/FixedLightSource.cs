using HsiEdge.Core;
using HsiEdge.Core.Acquire;

namespace HsiEdge.Devices.Light;

/// <summary>Light that nobody switches: broadband lamps, or a spectrograph in front of the camera.</summary>
public sealed class FixedLightSource : ILightSource
{
    /// <inheritdoc/>
    public Task OpenAsync(ScanSchedule schedule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        if (schedule.Steps.Any(s => s.IsDark))
        {
            throw new BadInputException(
                $"Scan plan '{schedule.Plan.Name}' takes dark frames between the bands, but its light cannot be switched off: take them out (darkEvery 0) or name a light that can.");
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask SelectAsync(ScanStep step, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DarkenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
