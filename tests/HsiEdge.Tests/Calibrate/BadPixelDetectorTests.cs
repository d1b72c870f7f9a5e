using CsCheck;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using Xunit;

namespace HsiEdge.Tests.Calibrate;

public sealed class BadPixelDetectorTests
{
    [Fact]
    public void Hot_blind_and_overeager_pixels_are_found_and_no_others_under_uneven_light() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Bool).Sample((seed, line) =>
        {
            var random = new Random(seed);
            var shape = new CubeShape(line ? 1 : 20, 24, 3);
            var pixels = (int)shape.PixelCount;
            var bad = new bool[pixels];
            var dark = new float[shape.ValueCount];
            var white = new float[shape.ValueCount];
            for (var i = 0; i < pixels; i++)
            {
                // At least six apart along the line, so that the neighbours' median stays good.
                var fault = i % 24 % 6 == 3 && i / 24 % 3 == 0 ? random.Next(4) : 0;
                bad[i] = fault > 0;
                var light = 3000 * (1 - (0.3 * Math.Pow(((i % 24) - 12) / 12.0, 2)));
                for (var b = 0; b < 3; b++)
                {
                    var level = 100 + (2 * random.NextSingle()) + (fault == 1 ? 900 : 0);
                    var response = light * (0.97 + (0.06 * random.NextDouble())) * (fault switch { 2 => 0.1, 3 => 3, _ => 1 });
                    dark[(i * 3) + b] = level;
                    white[(i * 3) + b] = (float)(level + response);
                }
            }

            Assert.Equal(bad, BadPixelDetector.Detect(new ReferenceFrame(shape, dark), new ReferenceFrame(shape, white)));
        }, iter: 200);

    [Fact]
    public void References_of_different_sizes_are_refused()
    {
        var error = Assert.Throws<BadInputException>(() => BadPixelDetector.Detect(
            new ReferenceFrame(new CubeShape(1, 4, 2), new float[8]), new ReferenceFrame(new CubeShape(1, 5, 2), new float[10]))).Message;
        Assert.Contains("4 samples", error, StringComparison.Ordinal);
        Assert.Contains("5 samples", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6, false)]
    [InlineData(8, true)]
    public void A_line_too_short_for_a_neighbourhood_is_not_judged(int samples, bool judged)
    {
        var white = Line(samples, [3]);
        Assert.Equal(judged ? [.. Enumerable.Range(0, samples).Select(s => s == 3)] : null, BadPixelDetector.Find(null, white));
    }

    [Fact]
    public void So_many_bad_pixels_that_the_target_cannot_have_filled_the_picture_are_not_trusted()
    {
        Assert.NotNull(BadPixelDetector.Find(null, Line(80, [10, 30, 50])));
        Assert.Null(BadPixelDetector.Find(null, Line(80, [10, 20, 30, 40, 50])));
    }

    [Fact]
    public void A_known_map_is_joined_with_what_is_found_and_counts_for_every_line_when_it_has_one()
    {
        var white = Line(20, [5]);
        Assert.Equal([5, 11], Bad(BadPixelDetector.Find(null, white, Mark(20, 11))));
        Assert.Equal([5, 25, 31], Bad(BadPixelDetector.Find(null, white, Mark(40, 31))));
        Assert.Contains("33 pixels", Assert.Throws<BadInputException>(() => BadPixelDetector.Find(null, Picture(), new bool[33])).Message, StringComparison.Ordinal);
    }

    private static ReferenceFrame Picture() =>
        new(new CubeShape(6, 10, 1), [.. Enumerable.Range(0, 60).Select(i => i == 25 ? 1f : 1000f)]);

    private static ReferenceFrame Line(int samples, int[] blind) =>
        new(new CubeShape(1, samples, 1), [.. Enumerable.Range(0, samples).Select(s => blind.Contains(s) ? 10f : 1000f)]);

    private static bool[] Mark(int pixels, int bad) => [.. Enumerable.Range(0, pixels).Select(i => i == bad)];

    private static IEnumerable<int> Bad(bool[]? map) => map!.Index().Where(i => i.Item).Select(i => i.Index);
}
