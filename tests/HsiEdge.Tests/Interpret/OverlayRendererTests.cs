using HsiEdge.Appliance.Interpret;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;
using SkiaSharp;
using Xunit;

namespace HsiEdge.Tests.Interpret;

public sealed class OverlayRendererTests
{
    private const string Caption = "2026-11-24 09:15:02 UTC · case C-042 · gastric-phantom@1.2.0";

    [Fact]
    public void Equal_input_gives_equal_bytes_also_from_several_threads()
    {
        using var scene = new OverlayScenes();
        var first = Render(scene);
        var others = Enumerable.Range(0, 4).AsParallel().Select(_ => Render(scene)).ToArray();
        Assert.All(others, other => Assert.True(first.AsSpan().SequenceEqual(other)));
    }

    [Theory]
    [InlineData(128, 160, 640)]
    [InlineData(256, 320, 640)]
    [InlineData(10, 7, 644)]
    [InlineData(40, 1, 640)]
    [InlineData(30, 900, 900)]
    [InlineData(3, 5000, 4096)]
    public void Small_cubes_are_enlarged_and_huge_ones_reduced(int lines, int samples, int expectedWidth)
    {
        using var scene = new OverlayScenes(lines, samples);
        using var picture = SKBitmap.Decode(Render(scene));
        Assert.Equal(expectedWidth, picture.Width);
    }

    [Fact]
    public void The_lesion_is_the_only_colour_in_the_tissue_of_a_model_with_targets()
    {
        using var scene = new OverlayScenes(specular: false);
        using var picture = SKBitmap.Decode(new OverlayRenderer().RenderPng(scene.Cube, scene.Maps, scene.Classes, [], null, false, Caption));
        var lesion = At(picture, scene, 0.62, 0.42);
        var mucosa = At(picture, scene, 0.05, 0.3);
        Assert.True(lesion.Red > lesion.Green + 60 && lesion.Red > lesion.Blue + 60, $"lesion is {lesion}");
        Assert.True(mucosa.Red == mucosa.Green && mucosa.Green == mucosa.Blue, $"mucosa is {mucosa}");
    }

    [Fact]
    public void A_model_without_targets_shows_the_colour_of_every_class()
    {
        using var scene = new OverlayScenes(targets: false, specular: false);
        using var picture = SKBitmap.Decode(Render(scene));
        var grass = At(picture, scene, 0.1, 0.2);
        var panel = At(picture, scene, 0.5, 0.8);
        Assert.True(grass.Green > grass.Red && grass.Green > grass.Blue, $"grass is {grass}");
        Assert.True(panel.Blue > panel.Red && panel.Blue > panel.Green, $"panel is {panel}");
    }

    [Fact]
    public void Pixels_without_data_carry_no_class_colour()
    {
        using var scene = new OverlayScenes();
        using var picture = SKBitmap.Decode(Render(scene));
        var spot = At(picture, scene, 0.4, 0.25);
        Assert.True(Math.Abs(spot.Red - spot.Green) < 40 && spot.Red <= spot.Blue, $"specular spot is {spot}");
    }

    [Theory]
    [InlineData(CalibrationFlags.Stale)]
    [InlineData(CalibrationFlags.Drifted)]
    [InlineData(CalibrationFlags.Stale | CalibrationFlags.Resampled)]
    public void Inhibited_alerts_are_announced_by_an_amber_banner(CalibrationFlags flags)
    {
        using var scene = new OverlayScenes(flags: flags);
        using var picture = SKBitmap.Decode(Render(scene));
        Assert.Equal(new SKColor(255, 184, 28), picture.GetPixel(picture.Width - 3, 44));
    }

    [Fact]
    public void Flags_that_do_not_inhibit_alerts_raise_no_banner()
    {
        using var plain = new OverlayScenes();
        using var flagged = new OverlayScenes(flags: CalibrationFlags.Resampled | CalibrationFlags.ManySaturated);
        Assert.True(Render(plain).AsSpan().SequenceEqual(Render(flagged)));
    }

    [Fact]
    public void Synthetic_notice_scale_bar_and_caption_each_change_the_picture()
    {
        using var scene = new OverlayScenes();
        byte[] Draw(double? pitch, bool synthetic, string caption) =>
            new OverlayRenderer().RenderPng(scene.Cube, scene.Maps, scene.Classes, scene.Findings, pitch, synthetic, caption);
        byte[][] pictures = [Draw(0.25, true, Caption), Draw(0.25, false, Caption), Draw(null, true, Caption), Draw(0.25, true, "another")];
        Assert.Equal(4, pictures.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void A_cube_of_nothing_but_missing_values_is_drawn()
    {
        var cube = new ConstantCube(float.NaN);
        var maps = new CubeMaps(new ClassMap(20, 30), new ProbabilityMap(20, 30, 2), new PixelCounts(0, 0, 0, 0, 600), CalibrationFlags.None);
        ModelClass[] classes = [new("a", "not a colour", false), new("ﬂ☃", "#FF0000", true)];
        var png = new OverlayRenderer().RenderPng(cube, maps, classes, [], 1e-6, true, new string('W', 500) + "☃");
        using var picture = SKBitmap.Decode(png);
        Assert.Equal(660, picture.Width);
    }

    [Fact]
    public void Maps_of_another_size_are_a_programming_error()
    {
        using var scene = new OverlayScenes();
        using var other = new OverlayScenes(64, 64);
        var error = Assert.Throws<ArgumentException>(
            () => new OverlayRenderer().RenderPng(other.Cube, scene.Maps, scene.Classes, [], null, false, Caption));
        Assert.Contains("128 × 160", error.Message);
    }

    [Fact]
    public void The_header_gives_pixels_where_an_area_is_unknown_and_says_when_a_model_has_no_targets()
    {
        using var scene = new OverlayScenes();
        using var without = new OverlayScenes(targets: false);
        var pixels = scene.Findings.Sum(f => f.PixelCount);
        var unknown = scene.Findings.Select(f => f with { AreaSquareMillimetres = null }).ToArray();
        Assert.Equal($"2 FINDINGS · {pixels} px", OverlayRenderer.Verdict(unknown, scene.Classes, false).Text);
        Assert.Equal($"2 FINDINGS · {pixels} px", OverlayRenderer.Verdict([scene.Findings[0], unknown[1]], scene.Classes, false).Text);
        Assert.Equal($"2 FINDINGS · {pixels * 0.0625:0.0} mm²", OverlayRenderer.Verdict(scene.Findings, scene.Classes, false).Text);
        Assert.Equal("NO FINDING", OverlayRenderer.Verdict([], scene.Classes, false).Text);
        Assert.Equal("NO TARGET CLASSES · 5 CLASSES", OverlayRenderer.Verdict([], without.Classes, false).Text);
    }

    private static byte[] Render(OverlayScenes scene) =>
        new OverlayRenderer().RenderPng(scene.Cube, scene.Maps, scene.Classes, scene.Findings, 0.25, true, Caption);

    /// <summary>Pixel of the picture at a share of the scene (header 40 px high, whole-number enlargement).</summary>
    private static SKColor At(SKBitmap picture, OverlayScenes scene, double x, double y)
    {
        var factor = picture.Width / scene.Cube.Shape.Samples;
        return picture.GetPixel(
            ((int)(x * scene.Cube.Shape.Samples) * factor) + (factor / 2),
            40 + ((int)(y * scene.Cube.Shape.Lines) * factor) + (factor / 2));
    }

    private sealed class ConstantCube(float value) : ISpectralCube
    {
        public CubeShape Shape { get; } = new(20, 30, 4);

        public WavelengthAxis Wavelengths { get; } = WavelengthAxis.Linear(400, 700, 4);

        public SpectralQuantity Quantity => SpectralQuantity.Reflectance;

        public double? SaturationCounts => null;

        public void ReadPixels(long firstPixel, int pixelCount, Span<float> destination) => destination[..(pixelCount * 4)].Fill(value);

        public void Dispose()
        {
        }
    }
}
