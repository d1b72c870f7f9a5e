using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Pipeline;
using Xunit;

namespace HsiEdge.Tests.Pipeline;

/// <summary>What travels with a result: the share of pixels, the age of the references, and whether they still explain what the camera sees.</summary>
public sealed class CubeFlagsTests
{
    private static readonly WavelengthAxis Axis = WavelengthAxis.Linear(1000, 1350, 8);
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1000, 0, 0.0, CalibrationFlags.None)]
    [InlineData(65000, 0.24, 0.0, CalibrationFlags.None)]
    [InlineData(65000, 0.26, 0.0, CalibrationFlags.ManySaturated)]
    [InlineData(105, 0.24, 0.0, CalibrationFlags.None)]
    [InlineData(105, 0.26, 0.0, CalibrationFlags.ManyUnderExposed)]
    [InlineData(60, 0.09, 0.0, CalibrationFlags.None)]
    [InlineData(60, 0.11, 0.0, CalibrationFlags.Drifted)]
    [InlineData(4900, 0.09, 0.0, CalibrationFlags.None)]
    [InlineData(4900, 0.11, 0.0, CalibrationFlags.Drifted)]
    [InlineData(1000, 0, 25.0, CalibrationFlags.Stale)]
    public void Flags_follow_their_limits(int oddCounts, double oddShare, double ageHours, CalibrationFlags expected)
    {
        // Dark 100, white 3100: 4900 counts are a reflectance of 1.6, 60 are darker than dark, 105 are next to nothing.
        var shape = new CubeShape(10, 10, Axis.Count);
        var raw = new ushort[shape.ValueCount];
        for (var i = 0; i < raw.Length; i++)
        {
            raw[i] = (ushort)(i / Axis.Count < Math.Round(oddShare * 100) ? oddCounts : 1000 + (37 * (i % 11)));
        }

        // A flat spectrum has no shape, but is calibrated and compared with the references all the same.
        var set = new CalibrationSet
        {
            Id = "test",
            CameraSerial = null,
            ExposureMicroseconds = [],
            Wavelengths = null,
            TakenUtc = Now.AddHours(-ageHours),
            Dark = Flat(100),
            White = Flat(3100),
        };
        using var model = new PlainModel(Axis, [new SnvStep()]);
        using var processor = new CubeProcessor(model, new ProcessingOptions { Workers = 2 });
        var cube = SpectraCube.Acquired(new RawCube(shape, Interleave.Bip, Axis, raw, 65000));
        var maps = processor.Process(cube, set, Now, null, CancellationToken.None);
        Assert.Equal(expected, maps.Flags);
        var share = $"{100 * oddShare:0.#} % of the pixels are brighter";
        Assert.Equal(expected.HasFlag(CalibrationFlags.Drifted), maps.DriftReasons is [var reason] && reason.StartsWith("level: " + (oddCounts > 1000 ? share : "0 % of the pixels are brighter"), StringComparison.Ordinal));
    }

    [Fact]
    public void Every_drift_is_named_with_its_figures()
    {
        var shape = new CubeShape(10, 10, Axis.Count);
        ReferenceFrame dark = Flat(100), white = Flat(3100);
        var set = new CalibrationSet
        {
            Id = "test",
            CameraSerial = null,
            ExposureMicroseconds = [.. Enumerable.Repeat(1000.0, Axis.Count)],
            Wavelengths = null,
            TakenUtc = Now,
            Dark = dark,
            White = white,
            SensorTemperatureCelsius = 20,
        };
        using var model = new PlainModel(Axis, [new SnvStep()]);
        using var processor = new CubeProcessor(model, new ProcessingOptions { Workers = 1, MaximumTemperatureDriftCelsius = 3 });
        var raw = new RawCube(shape, Interleave.Bip, Axis, [.. Enumerable.Repeat((ushort)6000, (int)shape.ValueCount)], 65000);
        var cube = SpectraCube.Acquired(raw, darkLevels: [new DarkLevel(0, 1000, 300)], temperature: 23.5);
        var maps = processor.Process(cube, set, Now, null, CancellationToken.None);
        Assert.Equal(CalibrationFlags.Drifted, maps.Flags);
        Assert.Equal(["dark level", "temperature", "level"], maps.DriftReasons.Select(r => r.Split(':')[0]));
    }

    [Theory]
    [InlineData(0.2f, 0.5f, 0.3f, 2)]
    [InlineData(0.4f, 0.3f, 0.3f, 1)]
    [InlineData(0.2f, 0.41f, 0.39f, 2)]
    [InlineData(0.2f, 0.39f, 0.41f, 3)]
    [InlineData(0.3f, 0.39f, 0.31f, 3)]
    [InlineData(0.35f, 0.3f, 0.35f, 1)]
    public void A_target_class_is_decided_by_the_threshold_alone(float wall, float lesion, float tool, int expected) =>
        Assert.Equal(expected, new PixelDecision(Cards.Make(Axis, [], SpectralQuantity.Reflectance, 0.4)).Decide([wall, lesion, tool]));

    [Fact]
    public void Without_targets_or_with_targets_alone_a_pixel_is_of_its_most_probable_class()
    {
        var card = Cards.Make(Axis, [], SpectralQuantity.Reflectance, 0.9);
        foreach (var target in new[] { true, false })
        {
            IReadOnlyList<ModelClass> classes = [.. card.Classes.Select(c => c with { Target = target })];
            Assert.Equal(3, new PixelDecision(card with { Classes = classes }).Decide([0.3f, 0.3f, 0.4f]));
        }
    }

    private static ReferenceFrame Flat(float counts) => new(new CubeShape(1, 10, Axis.Count), [.. Enumerable.Repeat(counts, 10 * Axis.Count)]);
}
