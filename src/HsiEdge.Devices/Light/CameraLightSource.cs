using HsiEdge.Core;
using HsiEdge.Core.Acquire;

namespace HsiEdge.Devices.Light;

/// <summary>A filter or light inside the camera, chosen by an integer feature of it. The camera is opened and owned by others.</summary>
/// <param name="camera">The camera.</param>
public sealed class CameraLightSource(IFrameCamera camera) : ILightSource
{
    private CameraLight? _light;
    private bool _lit;

    /// <inheritdoc/>
    public Task OpenAsync(ScanSchedule schedule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        _light = LightPlans.Require<CameraLight>(schedule);
        if (_light.DarkPosition is null && schedule.Steps.Any(s => s.IsDark))
        {
            throw new BadInputException(
                $"Scan plan '{schedule.Plan.Name}' takes dark frames between the bands, but names no darkPosition of the camera's feature {_light.Feature}: "
                + "name it, or take the dark frames out (darkEvery 0).");
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask SelectAsync(ScanStep step, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(step);
        var light = LightPlans.Opened(_light);
        _lit = true;
        await SetAsync(light.Feature, step.IsDark ? light.DarkPosition!.Value : step.LightPosition, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DarkenAsync(CancellationToken cancellationToken)
    {
        if (_light is { DarkPosition: { } dark } light && _lit)
        {
            await SetAsync(light.Feature, dark, cancellationToken);
            _lit = false;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A value that the camera refuses in the middle of a capture is the plan's fault, but must not end the box.</summary>
    private async Task SetAsync(string feature, long value, CancellationToken cancellationToken)
    {
        try
        {
            await camera.SetFeatureAsync(feature, value, cancellationToken);
        }
        catch (BadInputException e)
        {
            throw new CameraFaultException($"The camera refused light position {value}: {e.Message}", e);
        }
    }
}
