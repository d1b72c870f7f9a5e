using HsiEdge.Core.Envi;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.ModelBuilder;

/// <summary>
/// Real input from another's instrument: trained on the 38 spectra that come with an airborne scene, the scene's own pixels are classified.
/// The regions below were drawn by eye on a colour and a near-infrared composite of the cube, inside the edges of what they show.
/// </summary>
public sealed class OutdoorSceneTests
{
    private static readonly (string Class, int FirstLine, int FirstSample, int LastLine, int LastSample)[] Truth =
    [
        ("Blue Calibration Panel", 7, 3, 12, 6),
        ("Green Calibration Panel", 5, 10, 11, 13),
        ("Black Calibration Panel", 22, 6, 26, 8),
        ("Trees", 0, 12, 2, 18),
        ("Grass", 0, 0, 3, 5),
        ("Grass", 15, 0, 22, 2),
        ("Grass", 27, 12, 29, 18),
    ];

    [Fact]
    public async Task Panels_grass_and_trees_come_out_where_the_picture_shows_them()
    {
        using var folder = new TemporaryFolder();
        var bundle = folder.File("outdoor.hsimodel");
        var report = await Verbs.TrainAsync(SharedData.Path("muufl-gulfport", "training_spectra.csv"), bundle);
        Assert.False(report.GetProperty("synthetic").GetBoolean());
        var output = Verbs.Artifacts("outdoor-scene");

        await Verbs.SucceedAsync(Verbs.ApplianceProgram, "replay", SharedData.Path("muufl-gulfport", "classdemo.hdr"), "--model", bundle, "--out", output);

        var map = EnviClassification.Read(Path.Combine(output, "classes.hdr"));
        Assert.Equal((31, 20), (map.Lines, map.Samples));
        foreach (var region in Truth)
        {
            var share = Share(map, region);
            Assert.True(share >= 0.9, $"{region}: {share:P0} of the region");
        }

        // Nothing of a panel's kind lies among the trees, and no tree among the panels.
        Assert.Equal(0, Share(map, Truth[3] with { Class = "Green Calibration Panel" }));
        Assert.Equal(0, Share(map, Truth[1] with { Class = "Trees" }));
        Assert.True(new FileInfo(Path.Combine(output, "overlay.png")).Length > 0);
    }

    private static double Share(EnviClassification map, (string Class, int FirstLine, int FirstSample, int LastLine, int LastSample) region)
    {
        var wanted = map.Names!.ToList().IndexOf(region.Class);
        Assert.True(wanted > 0, $"the class map does not name {region.Class}");
        var pixels = 0;
        var right = 0;
        for (var line = region.FirstLine; line <= region.LastLine; line++)
        {
            for (var sample = region.FirstSample; sample <= region.LastSample; sample++)
            {
                pixels++;
                right += map.Values[(line * map.Samples) + sample] == wanted ? 1 : 0;
            }
        }

        return (double)right / pixels;
    }
}
