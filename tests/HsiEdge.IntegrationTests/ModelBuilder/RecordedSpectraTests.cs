using System.Text.Json;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.ModelBuilder;

/// <summary>
/// Spectra of meat, skin and organs, recorded by others and laid out as they chose: described in a dataset.json, read as they are.
/// The same descriptions stand in docs/training.md.
/// </summary>
public sealed class RecordedSpectraTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lean_and_fat_meat_are_told_apart_by_their_transmittance()
    {
        var report = await Train("tecator-nir", $$"""
            { "items": [ {
              "patient": "tecator", "spectra": "{{SharedData.Path("tecator-nir", "tecator.csv")}}", "quantity": "absorbance",
              "table": {
                "wavelengthColumns": { "prefix": "x_", "firstNanometres": 850, "stepNanometres": 2 },
                "ignoreColumns": ["water", "protein"],
                "labelRules": [ { "name": "lean", "column": "fat", "below": 20 }, { "name": "fat", "column": "fat", "from": 20 } ]
              } } ] }
            """);

        Assert.False(report.GetProperty("synthetic").GetBoolean());
        Assert.Equal(215, report.GetProperty("spectra").GetInt32());
        Assert.True(BalancedAccuracy(report) >= 0.9, report.ToString());
    }

    [Fact]
    public async Task Eighteen_organs_are_told_apart_by_spectra_drawn_from_their_published_spread()
    {
        var report = await Train("organs", $$"""
            { "items": [ {
              "patient": "pigs", "spectra": "{{SharedData.Path("htc-organ-spectra", "pig_18_organs_MIA2022.csv")}}",
              "table": { "ignoreColumns": ["species", "group"], "draws": { "column": "stat", "spectraPerMean": 60 } } } ] }
            """, "--preprocessing", "normalize:area,center,scale");

        Assert.True(report.GetProperty("synthetic").GetBoolean());
        Assert.Equal(18 * 60, report.GetProperty("spectra").GetInt32());

        // Chance is 0.056; several organs' published spreads overlap.
        Assert.True(BalancedAccuracy(report) >= 0.6, report.ToString());
    }

    [Fact]
    public async Task Skin_of_sixty_people_is_told_from_organs_on_the_organs_bands()
    {
        var report = await Train("skin-and-organs", $$"""
            { "classes": [ { "name": "skin" }, { "name": "organ" } ],
              "items": [
                { "patient": "pigs", "spectra": "{{SharedData.Path("htc-organ-spectra", "pig_18_organs_MIA2022.csv")}}",
                  "table": { "label": "organ", "ignoreColumns": ["species", "group", "label"], "onlyWhere": { "stat": "mean" } } },
                { "patient": "forearms", "spectra": "{{SharedData.Path("nist-skin", "skin_reflectance_S01-S60.csv")}}",
                  "table": { "orientation": "columns", "label": "skin", "namePattern": "^(?<patient>S\\d+)_R\\d$" } } ] }
            """, "--preprocessing", "normalize:area,center,scale");

        Assert.False(report.GetProperty("synthetic").GetBoolean());
        Assert.Equal(18 + (3 * 60), report.GetProperty("spectra").GetInt32());
        Assert.True(BalancedAccuracy(report) >= 0.9, report.ToString());
    }

    private async Task<JsonElement> Train(string name, string dataset, params string[] options)
    {
        var data = Directory.CreateDirectory(_folder.File(name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "dataset.json"), dataset);
        return await Verbs.TrainAsync(data, _folder.File($"{name}.hsimodel"), options);
    }

    private static double BalancedAccuracy(JsonElement report) =>
        (report.TryGetProperty("heldOut", out var heldOut) ? heldOut : report.GetProperty("validation")).GetProperty("balancedAccuracy").GetDouble();
}
