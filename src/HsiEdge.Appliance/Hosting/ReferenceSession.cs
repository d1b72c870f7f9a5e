using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;

namespace HsiEdge.Appliance.Hosting;

/// <summary>
/// Takes a dark or a white reference with the opened camera, judges it, and stores what passes. A dark waits for its white; a new dark joins the white of the
/// stored set where that fits. What fails is refused, and what was stored stays.
/// </summary>
internal sealed class ReferenceSession(ApplianceCamera camera, StoredReferences stored, double frameTimeoutMilliseconds)
{
    /// <summary>Captures averaged when nobody says how many.</summary>
    public const int DefaultAverages = 8;

    /// <summary>Takes one reference.</summary>
    /// <param name="white">White, or dark.</param>
    /// <param name="averages">Captures averaged, 1…<see cref="FrameReferenceSource.MostAverages"/>.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <exception cref="BadInputException">The camera takes none, a white has no dark before it, or a check failed; the message says what to do.</exception>
    /// <exception cref="CameraFaultException">The camera failed; nothing was taken.</exception>
    public async Task<TakenReference> TakeAsync(bool white, int averages, CancellationToken cancellationToken)
    {
        if (averages is < 1 or > FrameReferenceSource.MostAverages)
        {
            throw new BadInputException($"averages is {averages}; expected 1 to {FrameReferenceSource.MostAverages}.");
        }

        if (camera is not { Plan: { } plan, Bands: { } bands })
        {
            throw new BadInputException("The configured camera plays recordings, which bring their own references; name another camera in Camera:Source.");
        }

        var dark = white ? stored.DarkFor(camera.Source.Camera, plan) : null;
        var source = camera.References ?? new FrameReferenceSource(bands, averages, frameTimeoutMilliseconds);
        if (!white)
        {
            var frame = await source.TakeDarkAsync(plan, cancellationToken);
            var checks = ReferenceChecks.Dark(frame, bands.SaturationCounts);
            ReferenceChecks.Require(checks);
            var set = stored.KeepDark(source, camera.Source.Camera, plan, frame, checks, bands.TemperatureCelsius, bands.SaturationCounts);
            return new TakenReference("dark", set, checks);
        }

        var target = await source.TakeWhiteAsync(plan, cancellationToken);
        var temperature = bands.TemperatureCelsius;
        ReferenceCheck[] judged =
            [.. ReferenceChecks.White(target, dark!.White, bands.SaturationCounts), .. stored.TemperatureChecks(dark.SensorTemperatureCelsius, temperature)];
        ReferenceChecks.Require(judged);
        return new TakenReference("white", stored.KeepWhite(source, camera.Source.Camera, plan, dark, target, judged, temperature), judged);
    }
}

/// <summary>A reference that was taken, judged and stored.</summary>
/// <param name="Kind">"dark" or "white".</param>
/// <param name="Set">The whole set that it makes; null for a dark whose white is still to be taken.</param>
/// <param name="Checks">How it was judged.</param>
internal sealed record TakenReference(string Kind, CalibrationSet? Set, IReadOnlyList<ReferenceCheck> Checks);
