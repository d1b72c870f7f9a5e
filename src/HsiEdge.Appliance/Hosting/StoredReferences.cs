using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>
/// References of the camera: those kept in the data folder while they fit its serial, the plan and the allowed age; otherwise new ones,
/// which then are kept. A set that does not fit is refused with the reason, never used.
/// </summary>
internal sealed class StoredReferences(
    string folder, double maximumAgeHours, double wavelengthToleranceNanometres, double maximumTemperatureDriftCelsius, UlidGenerator ids, HealthBoard health, TimeProvider time, ILogger log)
{
    private const string HealthCause = "references";
    private CalibrationSet? _unkept;
    private long _attemptTimestamp;

    /// <summary>Gives the references.</summary>
    /// <param name="source">Takes new ones.</param>
    /// <param name="camera">Whose they are.</param>
    /// <param name="plan">Bands and exposures.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns>The set; null when new ones were needed and a check failed: health and log say which, and a person has to take them.</returns>
    /// <exception cref="CameraFaultException">New ones are needed and the camera failed.</exception>
    public async Task<CalibrationSet?> ObtainAsync(IReferenceSource source, CameraIdentity camera, ScanPlan plan, CancellationToken cancellationToken)
    {
        if (CalibrationStore.Exists(folder))
        {
            var (kept, refusal) = Judge(folder, camera, plan);
            if (kept is not null)
            {
                return kept;
            }

            ApplianceLog.ReferencesRefused(log, folder, refusal!);
        }

        try
        {
            return await RetakeAsync(source, camera, plan, cancellationToken);
        }
        catch (BadInputException e)
        {
            ApplianceLog.ReferencesFailed(log, camera.Serial, e.Message);
            return null;
        }
    }

    /// <summary>Takes new references in place of those kept.</summary>
    /// <param name="source">Takes them.</param>
    /// <param name="camera">Whose they are.</param>
    /// <param name="plan">Bands and exposures.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <exception cref="CameraFaultException">The camera failed; those kept stay.</exception>
    /// <exception cref="BadInputException">A check failed; those kept stay.</exception>
    public async Task<CalibrationSet> RetakeAsync(IReferenceSource source, CameraIdentity camera, ScanPlan plan, CancellationToken cancellationToken)
    {
        var taken = await source.TakeSetAsync(camera, plan, ids.Next(), time, cancellationToken);
        Keep(taken);
        return taken;
    }

    /// <summary>The set kept, when it fits; else why not.</summary>
    /// <param name="camera">Whose references are wanted.</param>
    /// <param name="plan">Bands and exposures.</param>
    public (CalibrationSet? Kept, string? Refusal) Find(CameraIdentity camera, ScanPlan plan) =>
        CalibrationStore.Exists(folder) ? Judge(folder, camera, plan) : (null, $"there are none in {folder}");

    /// <summary>The dark reference that a white one is taken against: the latest taken by itself, or that of the set kept.</summary>
    /// <param name="camera">Whose it is.</param>
    /// <param name="plan">Bands and exposures.</param>
    /// <returns>A set whose only frame is the dark one.</returns>
    /// <exception cref="BadInputException">There is none that fits.</exception>
    public CalibrationSet DarkFor(CameraIdentity camera, ScanPlan plan)
    {
        var (lone, _) = CalibrationStore.Exists(DarkFolder) ? Judge(DarkFolder, camera, plan) : (null, null);
        if (lone is not null)
        {
            return lone;
        }

        var (set, refusal) = Find(camera, plan);
        return set is { Dark: { } dark }
            ? Make(camera, plan, set.TakenUtc!.Value, dark: null, dark, set.Checks, set.SensorTemperatureCelsius, badPixels: null)
            : throw new BadInputException($"A white reference needs a dark one of this camera and plan '{plan.Name}' first ({refusal ?? "the set kept has none"}): take the dark reference, then the white one.");
    }

    /// <summary>Keeps a dark reference: by itself until its white is taken, and in place of the dark of the set kept where that fits.</summary>
    /// <returns>The whole set; null while the white is missing.</returns>
    /// <exception cref="BadInputException">The disk refused it.</exception>
    public CalibrationSet? KeepDark(
        IReferenceSource source, CameraIdentity camera, ScanPlan plan, ReferenceFrame dark, IReadOnlyList<ReferenceCheck> checks, double? temperature, double saturationCounts)
    {
        var lone = Make(camera, plan, time.GetUtcNow(), dark: null, dark, checks, temperature, badPixels: null);
        KeepAlone(lone);
        var (kept, _) = Find(camera, plan);
        if (kept is null || TemperatureChecks(kept.SensorTemperatureCelsius, temperature).Any(c => !c.Ok) || ReferenceChecks.White(kept.White, dark, saturationCounts).Any(c => !c.Ok))
        {
            return null;
        }

        // As old as its older half.
        var set = Make(camera, plan, kept.TakenUtc!.Value, dark, kept.White, checks, temperature, BadPixelDetector.Find(dark, kept.White, source.BadPixels));
        Keep(set);
        return set;
    }

    /// <summary>Judges whether dark and white were taken at the same temperature of the sensor, in °C; nothing to judge where either is unknown.</summary>
    /// <param name="first">Of the one taken first.</param>
    /// <param name="second">Of the other.</param>
    public IReadOnlyList<ReferenceCheck> TemperatureChecks(double? first, double? second) => first is { } a && second is { } b
        ? [new("temperature apart", Math.Abs(a - b), null, maximumTemperatureDriftCelsius, "the sensor's temperature has changed since the dark reference: take the dark one again, then the white one")]
        : [];

    /// <summary>Keeps a white reference with its dark as the set in use.</summary>
    /// <returns>The set.</returns>
    public CalibrationSet KeepWhite(
        IReferenceSource source, CameraIdentity camera, ScanPlan plan, CalibrationSet lone, ReferenceFrame white, IReadOnlyList<ReferenceCheck> checks, double? temperature)
    {
        var set = Make(
            camera, plan, lone.TakenUtc!.Value, lone.White, white, [.. lone.Checks, .. checks], lone.SensorTemperatureCelsius ?? temperature, BadPixelDetector.Find(lone.White, white, source.BadPixels));
        Keep(set);
        return set;
    }

    /// <summary>Tries again to keep references that the disk refused, no more often than <see cref="ReferenceKeeper.RetakeInterval"/>.</summary>
    public void KeepAgain()
    {
        if (_unkept is { } set && time.GetElapsedTime(_attemptTimestamp) >= ReferenceKeeper.RetakeInterval)
        {
            Keep(set);
        }
    }

    /// <summary>Keeps a set. One that the disk refuses is as good as one it takes until the worker ends: health and log say so, captures go on.</summary>
    private void Keep(CalibrationSet set)
    {
        _attemptTimestamp = time.GetTimestamp();
        try
        {
            CalibrationStore.Save(folder, set);
            _unkept = null;
            health.Report("disk", HealthState.Ok, cause: HealthCause);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _unkept = set;
            var reason = $"the references cannot be kept in {folder} and will be lost when the worker ends: {e.Message} Free space there, or correct Store:DataFolder";
            health.Report("disk", HealthState.Warning, reason, HealthCause);
            ApplianceLog.ReferencesNotKept(log, set.Id, reason);
        }
    }

    private string DarkFolder => Path.Combine(folder, "dark");

    private CalibrationSet Make(
        CameraIdentity camera, ScanPlan plan, DateTimeOffset takenUtc, ReferenceFrame? dark, ReferenceFrame white, IReadOnlyList<ReferenceCheck> checks, double? temperature,
        bool[]? badPixels) => new()
        {
            Id = ids.Next(),
            CameraSerial = camera.Serial,
            ExposureMicroseconds = [.. plan.ExposureMicroseconds],
            Wavelengths = plan.Wavelengths,
            TakenUtc = takenUtc,
            Dark = dark,
            White = white,
            PlanName = plan.Name,
            Checks = checks,
            SensorTemperatureCelsius = temperature,
            BadPixels = badPixels,
        };

    private void KeepAlone(CalibrationSet lone)
    {
        try
        {
            CalibrationStore.Save(DarkFolder, lone);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The dark reference cannot be kept in {DarkFolder}: {e.Message} Free space there, or correct Store:DataFolder, then take it again.", e);
        }
    }

    private (CalibrationSet? Kept, string? Refusal) Judge(string from, CameraIdentity camera, ScanPlan plan)
    {
        CalibrationSet set;
        try
        {
            set = CalibrationStore.Load(from);
        }
        catch (BadInputException e)
        {
            return (null, e.Message);
        }

        var refusal = Misfit(set, camera, plan);
        return refusal is null ? (set, null) : (null, refusal);
    }

    private string? Misfit(CalibrationSet set, CameraIdentity camera, ScanPlan plan)
    {
        if (set.CameraSerial != camera.Serial)
        {
            return $"set {set.Id} was taken with camera serial {set.CameraSerial}; this camera is {camera.Serial}";
        }

        if (set.Wavelengths is null || !set.Wavelengths.Matches(plan.Wavelengths, wavelengthToleranceNanometres))
        {
            return $"set {set.Id} has {set.Wavelengths?.ToString() ?? "no wavelengths"}; plan '{plan.Name}' has {plan.Wavelengths}";
        }

        if (set.ExposureMicroseconds.Count != plan.ExposureMicroseconds.Count
            || set.ExposureMicroseconds.Zip(plan.ExposureMicroseconds).Any(e => Math.Abs(e.First - e.Second) > CalibrationSetValidator.ExposureTolerance * e.Second))
        {
            return $"set {set.Id} was taken at other exposures than those of plan '{plan.Name}'";
        }

        return CalibrationSetValidator.AgeFlags(set, time.GetUtcNow(), maximumAgeHours) == CalibrationFlags.None
            ? null
            : $"set {set.Id} of {set.TakenUtc:yyyy-MM-dd HH:mm:ss} UTC is older than Processing:MaximumCalibrationAgeHours ({maximumAgeHours} h) or dated ahead of the clock";
    }
}
