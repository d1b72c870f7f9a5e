using HsiEdge.Core.Calibrate;

namespace HsiEdge.Core.Acquire;

/// <summary>Makes whole calibration sets of a camera's references.</summary>
public static class References
{
    /// <summary>Takes dark, then white, judges both (<see cref="ReferenceChecks"/>), and binds them to the camera's serial, the plan's bands and exposures, and the time. Bad pixels are the camera's own and those the references show.</summary>
    /// <param name="source">Takes the references.</param>
    /// <param name="camera">Whose they are.</param>
    /// <param name="plan">Bands and exposures.</param>
    /// <param name="id">Identifier that travels with every result.</param>
    /// <param name="timeProvider">Gives the date of the set.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <exception cref="CameraFaultException">The camera failed; no set was made.</exception>
    /// <exception cref="BadInputException">A check failed; no set was made.</exception>
    public static async Task<CalibrationSet> TakeSetAsync(
        this IReferenceSource source, CameraIdentity camera, ScanPlan plan, string id, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(camera);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(timeProvider);
        var dark = await source.TakeDarkAsync(plan, cancellationToken);
        var darkChecks = ReferenceChecks.Dark(dark, source.SaturationCounts);
        ReferenceChecks.Require(darkChecks);
        var white = await source.TakeWhiteAsync(plan, cancellationToken);
        var whiteChecks = ReferenceChecks.White(white, dark, source.SaturationCounts);
        ReferenceChecks.Require(whiteChecks);

        // Who stopped waiting for them has gone on without: they are not kept either.
        cancellationToken.ThrowIfCancellationRequested();
        return new CalibrationSet
        {
            Id = id,
            CameraSerial = camera.Serial,
            ExposureMicroseconds = [.. plan.ExposureMicroseconds],
            Wavelengths = plan.Wavelengths,
            TakenUtc = timeProvider.GetUtcNow(),
            Dark = dark,
            White = white,
            PlanName = plan.Name,
            SensorTemperatureCelsius = source.TemperatureCelsius,
            Checks = [.. darkChecks, .. whiteChecks],
            BadPixels = BadPixelDetector.Find(dark, white, source.BadPixels),
        };
    }
}
