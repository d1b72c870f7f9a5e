using System.Text;
using HsiEdge.Core;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;
using HsiEdge.Testing;
using NJsonSchema;
using Xunit;

namespace HsiEdge.Tests.Trigger;

public sealed class BoardProfileFileTests
{
    private static readonly string Folder = Path.Combine(SharedData.RepositoryRoot, "firmware-config", "boards");

    public static TheoryData<string> Profiles => [.. Directory.GetFiles(Folder, "*.json").Select(Path.GetFileName).OfType<string>()];

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Every_profile_that_ships_is_read_and_wires_the_whole_cart(string file)
    {
        var profile = BoardProfileFile.Read(Path.Combine(Folder, file)).Profile;
        Assert.Equal(Path.GetFileNameWithoutExtension(file), profile.Name);
        Assert.Equal(file == "simulated.json", profile.Simulated);
        Assert.All(Enum.GetValues<PinRole>(), role => Assert.NotNull(profile.Find(role)));
        Assert.Equal(profile.Lines.Count, profile.Lines.DistinctBy(l => (l.ChipLabel, l.LineName)).Count());
        if (!profile.Simulated)
        {
            Assert.Equal(profile.Lines.Count, profile.Lines.DistinctBy(l => l.HeaderPin ?? throw new InvalidOperationException($"{l} has no header pin")).Count());
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Every_profile_that_ships_fits_the_published_schema(string file)
    {
        var schema = await JsonSchema.FromFileAsync(
            Path.Combine(SharedData.RepositoryRoot, "docs", "schemas", "board-profile.schema.json"), TestContext.Current.CancellationToken);
        Assert.Empty(schema.Validate(await File.ReadAllTextAsync(Path.Combine(Folder, file), TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void The_published_schema_has_every_role()
    {
        var schema = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "schemas", "board-profile.schema.json"));
        Assert.All(Enum.GetValues<PinRole>(), role => Assert.Contains($"\"{char.ToLowerInvariant(role.ToString()[0])}{role.ToString()[1..]}\"", schema, StringComparison.Ordinal));
    }

    [Fact]
    public void One_cable_fits_every_board()
    {
        var boards = Profiles.Select(p => BoardProfileFile.Read(Path.Combine(Folder, p)).Profile).Where(p => !p.Simulated).ToList();
        Assert.True(boards.Count >= 3);
        Assert.All(boards, b => Assert.Equal(boards[0].Lines.Select(l => (l.Name, l.HeaderPin)), b.Lines.Select(l => (l.Name, l.HeaderPin))));
    }

    [Fact]
    public void A_profile_is_read_to_its_last_key()
    {
        var description = Parse("""
            {
              "name": "b", "title": "B", "simulated": true, "hardwareTimestamps": true, // a comment
              "lines": {
                "footswitch": { "chip": "c", "line": "A", "headerPin": 31, "activeLow": true, "bias": "pull-up", "debounceMicroseconds": 5000 },
                "cameraTrigger": { "chip": "c", "line": "@2" },
                "exposureActive": { "chip": "c", "line": "B" },
                "sourceStep": [ { "chip": "c", "line": "S0" }, { "chip": "d", "line": "S0", "activeLow": true } ],
              },
              "loopback": { "exposureActive": "cameraTrigger" },
            }
            """);
        Assert.Equal(
            new PinLine(PinRole.Footswitch, 0, "c", "A", ActiveLow: true, PinBias.PullUp, 5000, 31),
            description.Profile.Find(PinRole.Footswitch));
        Assert.Equal(["sourceStep[0]", "sourceStep[1]"], description.Profile.All(PinRole.SourceStep).Select(l => l.Name));
        Assert.Equal(("exposureActive", "cameraTrigger"), (description.Loopbacks[0].To.Name, description.Loopbacks[0].From.Name));
        Assert.True(description.HardwareTimestamps);
    }

    [Theory]
    [InlineData("""{ "title": "B", "lines": {} }""", "key 'name' is missing")]
    [InlineData("""{ "name": "b", "title": "B", "lines": { "foot": {} } }""", "unknown key 'lines.foot'; known keys are footswitch")]
    [InlineData("""{ "name": "b", "title": "B", "lines": { "footswitch": { "line": "A" } } }""", "key 'lines.footswitch.chip' is missing")]
    [InlineData("""{ "name": "b", "title": "B", "lines": { "footswitch": { "chip": "c", "line": "A", "bias": "up" } } }""", "key 'lines.footswitch.bias' is \"up\"; expected one of as-is, pull-up")]
    [InlineData("""{ "name": "b", "title": "B", "lines": { "readyLamp": { "chip": "c", "line": "A", "bias": "pull-up" } } }""", "unknown key 'lines.readyLamp.bias'")]
    [InlineData("""{ "name": "b", "title": "B", "lines": { "footswitch": { "chip": "c", "line": "A", "headerPin": 41 } } }""", "key 'lines.footswitch.headerPin' is 41; expected a whole number, 1…40")]
    [InlineData("""{ "name": "b", "title": "B", "lines": { "readyLamp": { "chip": "c", "line": "A" }, "alertLamp": { "chip": "c", "line": "A" } } }""", "chip 'c' line 'A' to alertLamp and readyLamp")]
    [InlineData("""{ "name": "b", "title": "B", "lines": { "sourceStep": { "chip": "c", "line": "A" } } }""", "key 'lines.sourceStep' is an object; expected a list")]
    [InlineData("""{ "name": "b", "title": "B", "lines": { }, "loopback": { "footswitch": "readyLamp" } }""", "key 'loopback'")]
    [InlineData("""{ "name": "b", "title": "B", "simulated": true, "lines": { "footswitch": { "chip": "c", "line": "A" } }, "loopback": { "footswitch": "readyLamp" } }""", "'readyLamp'")]
    [InlineData("[]", "expected a JSON object")]
    [InlineData("{", "is not JSON")]
    public void A_wrong_profile_is_refused_by_file_and_key(string json, string expected)
    {
        var error = Assert.Throws<BadInputException>(() => Parse(json));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("board.json", error.Message, StringComparison.Ordinal);
    }

    private static BoardDescription Parse(string json) => BoardProfileFile.Parse(Encoding.UTF8.GetBytes(json), "board.json");
}
