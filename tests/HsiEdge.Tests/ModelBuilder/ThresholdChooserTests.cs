using HsiEdge.Core.Infer;
using HsiEdge.ModelBuilder.Train;
using Xunit;

namespace HsiEdge.Tests.ModelBuilder;

public sealed class ThresholdChooserTests
{
    private static readonly ModelClass[] Classes = [new("wall", "#00FF00", Target: false), new("lesion", "#FF0000", Target: true)];

    [Fact]
    public void Lies_between_the_kinds_where_they_part()
    {
        int[] labels = [.. Enumerable.Range(0, 200).Select(i => i % 2)];
        float[] probabilities = [.. labels.SelectMany((label, i) => Row(label == 1 ? 0.2f + (0.001f * i) : 0.05f + (0.0005f * i)))];

        Assert.InRange(ThresholdChooser.Choose(Classes, labels, probabilities), 0.14, 0.21);
    }

    [Fact]
    public void Stays_at_a_half_where_that_is_as_good()
    {
        int[] labels = [0, 0, 1, 1];

        Assert.Equal(0.5, ThresholdChooser.Choose(Classes, labels, [.. new[] { 0.01f, 0.02f, 0.98f, 0.99f }.SelectMany(Row)]));
    }

    [Fact]
    public void Is_a_half_without_spectra_of_both_kinds() => Assert.Equal(0.5, ThresholdChooser.Choose(Classes, [0, 0], [.. new[] { 0.1f, 0.2f }.SelectMany(Row)]));

    private static float[] Row(float target) => [1 - target, target];
}
