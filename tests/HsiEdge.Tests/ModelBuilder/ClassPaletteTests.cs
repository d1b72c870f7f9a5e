using HsiEdge.Core;
using HsiEdge.ModelBuilder.Data;
using HsiEdge.ModelBuilder.Train;
using Xunit;

namespace HsiEdge.Tests.ModelBuilder;

public sealed class ClassPaletteTests
{
    private static readonly Dictionary<string, string> NoColors = [];

    [Theory]
    [InlineData("hidden lesion", true)]
    [InlineData("GIST", true)]
    [InlineData("Tumour", true)]
    [InlineData("lesions", true)]
    [InlineData("logistics", false)]
    [InlineData("muscle", false)]
    public void Targets_are_known_by_whole_words(string name, bool target) =>
        Assert.Equal(target, ClassPalette.Assign(Named(name, "wall"), [], NoColors)[0].Target);

    [Fact]
    public void Colours_differ_for_as_many_classes_as_a_study_has()
    {
        var classes = ClassPalette.Assign(Named([.. Enumerable.Range(0, 20).Select(i => $"organ {i}")]), [], NoColors);

        Assert.Equal(20, classes.Select(c => c.Color).Distinct().Count());
        Assert.Equal(classes, ClassPalette.Assign(Named([.. Enumerable.Range(0, 20).Select(i => $"organ {i}")]), [], NoColors));
    }

    [Fact]
    public void Given_targets_and_colours_come_before_names_and_the_palette()
    {
        var classes = ClassPalette.Assign(Named("lesion", "vessel"), ["vessel"], new Dictionary<string, string> { ["lesion"] = "#abcdef" });

        Assert.False(classes[0].Target);
        Assert.True(classes[1].Target);
        Assert.Equal("#ABCDEF", classes[0].Color);
    }

    [Fact]
    public void Wrong_names_and_colours_are_refused()
    {
        Assert.Contains("--target wal", Refused(Named("wall", "lesion"), ["wal"], NoColors), StringComparison.Ordinal);
        Assert.Contains("#RRGGBB", Refused(Named("wall", "lesion"), [], new Dictionary<string, string> { ["wall"] = "red" }), StringComparison.Ordinal);
        Assert.Contains("Every class", Refused(Named("wall", "lesion"), ["wall", "lesion"], NoColors), StringComparison.Ordinal);
    }

    private static DatasetClass[] Named(params string[] names) => [.. names.Select(name => new DatasetClass { Name = name })];

    private static string Refused(DatasetClass[] classes, string[] targets, Dictionary<string, string> colors) =>
        Assert.Throws<BadInputException>(() => ClassPalette.Assign(classes, targets, colors)).Message;
}
