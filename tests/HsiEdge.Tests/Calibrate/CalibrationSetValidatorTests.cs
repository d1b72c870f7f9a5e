using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Tests.Pipeline;
using Xunit;

namespace HsiEdge.Tests.Calibrate;

public sealed class CalibrationSetValidatorTests
{
    private static readonly CubeShape Shape = new(4, 3, 2);
    private static readonly WavelengthAxis Axis = new([1000, 1100]);
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_set_that_fits_passes_and_what_is_unknown_is_not_compared()
    {
        Check(Set());
        Check(Set(serial: null, exposures: [], axis: null));
        Check(Set(white: new CubeShape(1, 3, 2), badPixels: 3));
        Check(Set(badPixels: 12));
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_both_sides()
    {
        AssertRefused(Set(serial: "S2"), "camera serial S2", "with S1");
        AssertRefused(Set(exposures: [100, 201.5]), "exposed 201.5 µs in band 2", "200 µs");
        AssertRefused(Set(exposures: [100]), "has 1 exposures", "test.hdr 2");
        AssertRefused(Set(axis: new WavelengthAxis([1000, 1101])), "1000–1101 nm", "1000–1100 nm");
        AssertRefused(Set(white: new CubeShape(5, 3, 2)), "white reference of 5 lines", "is 4 lines");
        AssertRefused(Set(white: new CubeShape(4, 2, 2)), "white reference of 4 lines × 2 samples", "4 lines × 3 samples");
        AssertRefused(Set(dark: new CubeShape(2, 3, 2)), "dark reference of 2 lines", "is 4 lines");
        AssertRefused(Set(badPixels: 5), "bad-pixel map of 5 pixels", "12 pixels");
    }

    [Theory]
    [InlineData(0, CalibrationFlags.None)]
    [InlineData(23.9, CalibrationFlags.None)]
    [InlineData(24.1, CalibrationFlags.Stale)]
    [InlineData(-0.05, CalibrationFlags.None)]
    [InlineData(-0.2, CalibrationFlags.Stale)]
    public void Old_references_and_those_dated_ahead_of_the_clock_are_stale(double ageHours, CalibrationFlags expected) =>
        Assert.Equal(expected, CalibrationSetValidator.AgeFlags(Set(taken: Now.AddHours(-ageHours)), Now, 24));

    [Theory]
    [InlineData(200, 100, null)]
    [InlineData(200, 119, null)]
    [InlineData(200, 121, "dark level: 121 counts without light at 200 µs, the dark reference has 100; allowed are 20 apart")]
    [InlineData(200, 79, "dark level: 79 counts without light at 200 µs, the dark reference has 100; allowed are 20 apart")]
    [InlineData(300, 500, null)]
    public void Dark_frames_that_left_the_dark_reference_are_drift(double exposure, double mean, string? expected)
    {
        var set = new CalibrationSet
        {
            Id = "test",
            CameraSerial = "S1",
            ExposureMicroseconds = [100, 200],
            Wavelengths = Axis,
            TakenUtc = null,
            Dark = new ReferenceFrame(new CubeShape(1, 1, 2), [50, 100]),
            White = new ReferenceFrame(new CubeShape(1, 1, 2), [3000, 1100]),
        };
        Assert.Equal(expected, CalibrationSetValidator.DarkDrift(set, Acquired(darkLevels: [new DarkLevel(1, exposure, mean)])));
        Assert.Null(CalibrationSetValidator.DarkDrift(set, Acquired()));
    }

    [Theory]
    [InlineData(20.0, 24.9, null)]
    [InlineData(20.0, 15.1, null)]
    [InlineData(20.0, 25.5, "temperature: the sensor has 25.5 °C, had 20 °C when the references were taken; allowed are 5 °C apart")]
    [InlineData(20.0, 14.0, "temperature: the sensor has 14 °C, had 20 °C when the references were taken; allowed are 5 °C apart")]
    [InlineData(null, 60.0, null)]
    [InlineData(20.0, null, null)]
    public void A_sensor_warmer_or_colder_than_at_its_references_is_drift(double? then, double? now, string? expected) =>
        Assert.Equal(expected, CalibrationSetValidator.TemperatureDrift(Set(temperature: then), Acquired(temperature: now), 5));

    private static AcquiredCube Acquired(IReadOnlyList<DarkLevel>? darkLevels = null, double? temperature = null) =>
        SpectraCube.Acquired(new SpectraCube(Shape, Axis, SpectralQuantity.RawCounts, new float[24]), darkLevels: darkLevels, temperature: temperature);

    private static void Check(CalibrationSet set)
    {
        var cube = new SpectraCube(Shape, Axis, SpectralQuantity.RawCounts, new float[24]);
        CalibrationSetValidator.Check(set, SpectraCube.Acquired(cube, "S1", [100, 200]), 0.5);
    }

    private static void AssertRefused(CalibrationSet set, params string[] parts)
    {
        var error = Assert.Throws<BadInputException>(() => Check(set)).Message;
        Assert.StartsWith("Calibration set test ", error, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, error, StringComparison.Ordinal));
    }

    private static CalibrationSet Set(
        string? serial = "S1", double[]? exposures = null, WavelengthAxis? axis = null, CubeShape? white = null, CubeShape? dark = null, int? badPixels = null, DateTimeOffset? taken = null, double? temperature = null)
    {
        var (w, d) = (white ?? Shape, dark ?? new CubeShape(1, 3, 2));
        return new CalibrationSet
        {
            Id = "test",
            CameraSerial = serial,
            ExposureMicroseconds = exposures ?? [100.1, 200],
            Wavelengths = axis,
            TakenUtc = taken,
            SensorTemperatureCelsius = temperature,
            White = new ReferenceFrame(w, new float[w.ValueCount]),
            Dark = new ReferenceFrame(d, new float[d.ValueCount]),
            BadPixels = badPixels is { } count ? new bool[count] : null,
        };
    }
}
