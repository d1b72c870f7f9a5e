using CsCheck;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Interpret;
using Xunit;

namespace HsiEdge.Tests.Interpret;

public sealed class FindingExtractorTests
{
    private static readonly InterpretOptions Everything = new() { MinimumPixels = 1, MinimumAreaSquareMillimetres = 0, MinimumMeanProbability = 0 };

    [Fact]
    public void Diagonal_neighbours_are_one_region_and_different_targets_are_two()
    {
        var findings = Extract(MapsOf.Drawing(
            "A--B",
            "-A-B",
            "--AB"));
        Assert.Equal(["A", "B"], findings.Select(f => f.ClassName).Order());
        Assert.All(findings, f => Assert.Equal(3, f.PixelCount));
    }

    [Fact]
    public void Largest_comes_first_with_area_centroid_and_probabilities()
    {
        var maps = MapsOf.Drawing(
            "A----",
            "--AAA",
            "--AAA");
        var findings = FindingExtractor.Extract(maps, MapsOf.Classes, 0.5, Everything);
        Assert.Equal([1, 2], findings.Select(f => f.Index));
        Assert.Equal(6, findings[0].PixelCount);
        Assert.Equal(1.5, findings[0].AreaSquareMillimetres);
        Assert.Equal(new PixelPoint(1.5, 3), findings[0].Centroid);
        int[] pixels = [7, 8, 9, 12, 13, 14];
        Assert.Equal(pixels.Average(p => (double)MapsOf.ProbabilityAt(p)), findings[0].MeanProbability, 1e-9);
        Assert.Equal(MapsOf.ProbabilityAt(13), findings[0].MaximumProbability, 1e-9);
        Assert.Equal(0.25, findings[1].AreaSquareMillimetres);
    }

    [Fact]
    public void Without_a_pitch_there_is_no_area_and_the_area_limit_does_not_apply() =>
        Assert.Null(Assert.Single(FindingExtractor.Extract(
            MapsOf.Drawing("AA"), MapsOf.Classes, null, new InterpretOptions { MinimumPixels = 1, MinimumAreaSquareMillimetres = 100, MinimumMeanProbability = 0 })).AreaSquareMillimetres);

    [Theory]
    [InlineData(4, 0.0, 0.0, 1)]
    [InlineData(5, 0.0, 0.0, 0)]
    [InlineData(1, 4.0, 0.0, 1)]
    [InlineData(1, 4.01, 0.0, 0)]
    [InlineData(1, 0.0, 0.57, 1)]
    [InlineData(1, 0.0, 0.58, 0)]
    public void Regions_below_a_limit_are_left_out(int minimumPixels, double minimumArea, double minimumProbability, int expected)
    {
        // Probabilities 0.5, 0.55, 0.6, 0.65: mean 0.575.
        var options = new InterpretOptions { MinimumPixels = minimumPixels, MinimumAreaSquareMillimetres = minimumArea, MinimumMeanProbability = minimumProbability };
        Assert.Equal(expected, FindingExtractor.Extract(MapsOf.Drawing("AAAA"), MapsOf.Classes, 1, options).Count);
    }

    [Fact]
    public void A_map_without_targets_has_no_findings() => Assert.Empty(Extract(MapsOf.Drawing("--", ".-")));

    [Fact]
    public void Contour_of_a_pixel_is_the_pixel() => AssertContour(["---", "-A-", "---"], (1, 1));

    [Fact]
    public void Contour_of_a_line_walks_there_and_back() => AssertContour(["-----", "-AAA-"], (1, 1), (1, 2), (1, 3), (1, 2));

    [Fact]
    public void Contour_of_a_diagonal_walks_there_and_back() => AssertContour(["A--", "-A-", "--A"], (0, 0), (1, 1), (2, 2), (1, 1));

    [Fact]
    public void Contour_runs_clockwise_from_the_topmost_leftmost_along_the_border_of_the_picture() =>
        AssertContour(["AAA", "AAA", "AAA"], (0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0));

    [Fact]
    public void Contour_passes_over_a_hole() =>
        AssertContour(["AAAA", "A--A", "AAAA"], (0, 0), (0, 1), (0, 2), (0, 3), (1, 3), (2, 3), (2, 2), (2, 1), (2, 0), (1, 0));

    [Fact]
    public void Contour_that_comes_back_to_its_start_goes_on_to_the_rest() =>
        AssertContour(["-A-", "A-A", "A-A"], (0, 1), (1, 2), (2, 2), (1, 2), (0, 1), (1, 0), (2, 0), (1, 0));

    [Fact]
    public void Regions_and_contours_are_those_of_brute_force_on_random_maps() =>
        Gen.Select(Gen.Int[1, 14], Gen.Int[1, 14], Gen.Int[0, int.MaxValue], Gen.Int[1, 9]).Sample(
            (lines, samples, seed, density) =>
            {
                var random = new Random(seed);
                var values = Enumerable.Range(0, lines * samples).Select(_ => (byte)(random.Next(10) < density ? random.Next(2, 4) : random.Next(2))).ToArray();
                var expected = BruteForce(values, lines, samples);
                var actual = Extract(MapsOf.Values(lines, samples, [.. values]));
                Assert.Equal(expected.Count, actual.Count);
                Assert.Equal(actual.OrderByDescending(f => f.PixelCount).Select(f => f.Index), actual.Select(f => f.Index));
                foreach (var finding in actual)
                {
                    var start = ((int)finding.Contour[0].Line * samples) + (int)finding.Contour[0].Sample;
                    var region = expected[start];
                    Assert.Equal(MapsOf.Classes[values[start] - 1].Name, finding.ClassName);
                    Assert.Equal(region.Count, finding.PixelCount);
                    Assert.Equal(region.Average(p => p / samples), finding.Centroid.Line, 1e-9);
                    Assert.Equal(region.Average(p => p % samples), finding.Centroid.Sample, 1e-9);
                    AssertIsOuterBoundary(finding.Contour, region, lines, samples);
                }
            },
            iter: 2000);

    private static IReadOnlyList<Finding> Extract(CubeMaps maps) => FindingExtractor.Extract(maps, MapsOf.Classes, null, Everything);

    private static void AssertContour(string[] drawing, params (int Line, int Sample)[] expected) =>
        Assert.Equal(expected.Select(p => new PixelPoint(p.Line, p.Sample)), Assert.Single(Extract(MapsOf.Drawing(drawing))).Contour);

    /// <summary>Regions by merging labels until nothing changes, by their first pixel.</summary>
    private static Dictionary<int, List<int>> BruteForce(byte[] values, int lines, int samples)
    {
        var labels = Enumerable.Range(0, values.Length).ToArray();
        for (var changed = true; changed;)
        {
            changed = false;
            for (var a = 0; a < values.Length; a++)
            {
                for (var b = 0; b < values.Length; b++)
                {
                    var near = Math.Abs((a / samples) - (b / samples)) <= 1 && Math.Abs((a % samples) - (b % samples)) <= 1;
                    if (near && values[a] == values[b] && labels[b] < labels[a])
                    {
                        labels[a] = labels[b];
                        changed = true;
                    }
                }
            }
        }

        return Enumerable.Range(0, values.Length).Where(p => values[p] >= 2).GroupBy(p => labels[p]).ToDictionary(g => g.Key, g => g.ToList());
    }

    /// <summary>Neighbouring steps, clockwise, and exactly the pixels that touch (4-neighbourhood) the outside.</summary>
    private static void AssertIsOuterBoundary(IReadOnlyList<PixelPoint> contour, List<int> region, int lines, int samples)
    {
        double area = 0;
        for (var i = 0; i < contour.Count; i++)
        {
            var (a, b) = (contour[i], contour[(i + 1) % contour.Count]);
            Assert.True(contour.Count == 1 || (a != b && Math.Abs(a.Line - b.Line) <= 1 && Math.Abs(a.Sample - b.Sample) <= 1), "Steps lead to a neighbour.");
            area += (a.Sample * b.Line) - (b.Sample * a.Line);
        }

        Assert.True(area >= 0, "With lines growing downwards, clockwise has a positive signed area.");

        // The outside, from one pixel beyond the picture, through everything that is not the region.
        var inside = region.ToHashSet();
        var outside = new HashSet<(int, int)>();
        var touched = new HashSet<(int, int)>();
        var open = new Stack<(int Line, int Sample)>([(-1, -1)]);
        while (open.TryPop(out var p))
        {
            if (p.Line < -1 || p.Sample < -1 || p.Line > lines || p.Sample > samples)
            {
                continue;
            }

            if (p.Line >= 0 && p.Sample >= 0 && p.Line < lines && p.Sample < samples && inside.Contains((p.Line * samples) + p.Sample))
            {
                touched.Add(p);
            }
            else if (outside.Add(p))
            {
                open.Push((p.Line + 1, p.Sample));
                open.Push((p.Line - 1, p.Sample));
                open.Push((p.Line, p.Sample + 1));
                open.Push((p.Line, p.Sample - 1));
            }
        }

        Assert.True(touched.SetEquals(contour.Select(p => ((int)p.Line, (int)p.Sample))), "Exactly the boundary pixels are visited.");
    }
}
