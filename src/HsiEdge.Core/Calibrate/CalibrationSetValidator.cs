using System.Globalization;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Calibrate;

/// <summary>Whether a calibration set belongs to a cube: same camera, exposure, bands and frame. What does not fit is refused, with the reason.</summary>
public static class CalibrationSetValidator
{
    /// <summary>Largest accepted relative difference of exposure times.</summary>
    public const double ExposureTolerance = 0.005;

    /// <summary>References dated this far ahead of the clock have no known age and count as stale.</summary>
    public static readonly TimeSpan AllowedClockError = TimeSpan.FromMinutes(5);

    /// <summary>Largest accepted difference of interleaved dark frames from the dark reference, as a share of white − dark.</summary>
    public const double HighestDarkDrift = 0.02;

    /// <summary>Checks a set against a cube.</summary>
    /// <param name="set">The references.</param>
    /// <param name="cube">The cube with its camera and exposures; what either side does not know is not compared.</param>
    /// <param name="wavelengthToleranceNanometres">Largest accepted difference of band centres in nm.</param>
    /// <exception cref="BadInputException">They do not fit; the message says what was found on either side.</exception>
    public static void Check(CalibrationSet set, AcquiredCube cube, double wavelengthToleranceNanometres)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(cube);
        if (set.CameraSerial is { } serial && serial != cube.Camera.Serial)
        {
            throw Refusal(set, $"was taken with camera serial {serial}, the cube {cube.Origin} with {cube.Camera.Serial}");
        }

        CheckExposures(set, cube);
        var shape = cube.Cube.Shape;
        CheckFrame(set, "white", set.White, shape, cube.Origin);
        if (set.Dark is { } dark)
        {
            CheckFrame(set, "dark", dark, shape, cube.Origin);
        }

        if (set.Wavelengths is { } wavelengths && !wavelengths.Matches(cube.Cube.Wavelengths, wavelengthToleranceNanometres))
        {
            throw Refusal(set, $"has {wavelengths}, the cube {cube.Origin} {cube.Cube.Wavelengths} (compared within {wavelengthToleranceNanometres} nm)");
        }

        if (set.BadPixels is { } bad && bad.LongLength != shape.PixelCount && bad.Length != shape.Samples)
        {
            throw Refusal(
                set,
                $"has a bad-pixel map of {bad.Length} pixels, the cube {cube.Origin} {shape.PixelCount} pixels in lines of {shape.Samples} (either number fits)");
        }
    }

    /// <summary>Flags that follow from the age of the references.</summary>
    /// <param name="set">The references.</param>
    /// <param name="nowUtc">Wall clock.</param>
    /// <param name="maximumAgeHours">Age in hours up to which they count.</param>
    /// <returns><see cref="CalibrationFlags.Stale"/> when they are older, or dated ahead of the clock so that their age cannot be known; none for an undated set (a recording's).</returns>
    public static CalibrationFlags AgeFlags(CalibrationSet set, DateTimeOffset nowUtc, double maximumAgeHours)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (set.TakenUtc is not { } taken)
        {
            return CalibrationFlags.None;
        }

        var age = nowUtc - taken;
        return age.TotalHours > maximumAgeHours || age < -AllowedClockError ? CalibrationFlags.Stale : CalibrationFlags.None;
    }

    /// <summary>Drift that the dark frames taken between the bands show, each compared with the dark reference at its exposure.</summary>
    /// <param name="set">The references.</param>
    /// <param name="cube">The cube with the mean counts of its dark frames.</param>
    /// <returns>What was found and expected when the dark level has left the reference's; null else, without dark frames, without a dark reference, or at exposures the reference does not have.</returns>
    public static string? DarkDrift(CalibrationSet set, AcquiredCube cube)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(cube);
        if (set.Dark is not { } dark || cube.DarkLevels.Count == 0)
        {
            return null;
        }

        var (darkLevels, whiteLevels) = (dark.BandMeans(), set.White.BandMeans());
        foreach (var level in cube.DarkLevels)
        {
            var same = Enumerable.Range(0, Math.Min(darkLevels.Count, set.ExposureMicroseconds.Count))
                .Where(b => Math.Abs(set.ExposureMicroseconds[b] - level.ExposureMicroseconds) <= ExposureTolerance * level.ExposureMicroseconds).ToList();
            if (same.Count == 0)
            {
                continue;
            }

            var (expected, allowed) = (same.Average(b => darkLevels[b]), HighestDarkDrift * same.Average(b => whiteLevels[b] - darkLevels[b]));
            if (Math.Abs(level.MeanCounts - expected) > allowed)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"dark level: {level.MeanCounts:0.#} counts without light at {level.ExposureMicroseconds:0.###} µs, the dark reference has {expected:0.#}; allowed are {allowed:0.#} apart");
            }
        }

        return null;
    }

    /// <summary>Drift of the sensor's temperature since the references were taken.</summary>
    /// <param name="set">The references.</param>
    /// <param name="cube">The cube.</param>
    /// <param name="maximumDifferenceCelsius">Largest accepted difference in °C.</param>
    /// <returns>Both temperatures when they lie too far apart; null else, or where either is unknown.</returns>
    public static string? TemperatureDrift(CalibrationSet set, AcquiredCube cube, double maximumDifferenceCelsius)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(cube);
        return set.SensorTemperatureCelsius is { } then && cube.SensorTemperatureCelsius is { } now && Math.Abs(now - then) > maximumDifferenceCelsius
            ? string.Create(CultureInfo.InvariantCulture, $"temperature: the sensor has {now:0.#} °C, had {then:0.#} °C when the references were taken; allowed are {maximumDifferenceCelsius:0.##} °C apart")
            : null;
    }

    private static void CheckExposures(CalibrationSet set, AcquiredCube cube)
    {
        if (set.ExposureMicroseconds.Count == 0 || cube.ExposureMicroseconds.Count == 0)
        {
            return;
        }

        if (set.ExposureMicroseconds.Count != cube.ExposureMicroseconds.Count)
        {
            throw Refusal(set, $"has {set.ExposureMicroseconds.Count} exposures, the cube {cube.Origin} {cube.ExposureMicroseconds.Count}");
        }

        for (var band = 0; band < set.ExposureMicroseconds.Count; band++)
        {
            var (mine, its) = (set.ExposureMicroseconds[band], cube.ExposureMicroseconds[band]);
            if (!(Math.Abs(mine - its) <= ExposureTolerance * Math.Max(mine, its)))
            {
                throw Refusal(set, $"was exposed {mine:0.###} µs in band {band + 1}, the cube {cube.Origin} {its:0.###} µs");
            }
        }
    }

    private static void CheckFrame(CalibrationSet set, string name, ReferenceFrame frame, CubeShape cube, string origin)
    {
        var shape = frame.Shape;
        if (shape.Samples != cube.Samples || shape.Bands != cube.Bands || (shape.Lines != 1 && shape.Lines != cube.Lines))
        {
            throw Refusal(set, $"has a {name} reference of {shape}, the cube {origin} is {cube} (a reference has the cube's lines, or one averaged line)");
        }
    }

    private static BadInputException Refusal(CalibrationSet set, string why) =>
        new($"Calibration set {set.Id} {why}. Take new references with this camera, exposure and plan, or choose the set that belongs to the cube.");
}
