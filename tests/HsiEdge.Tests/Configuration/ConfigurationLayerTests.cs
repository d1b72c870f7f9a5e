using HsiEdge.Appliance.Configuration;
using HsiEdge.Core;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Configuration;

public sealed class ConfigurationLayerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _environment = [];

    public ConfigurationLayerTests() => _environment["HSIEDGE_CONFIG"] = Write("machine.json", "{}");

    [Fact]
    public void Without_layers_every_option_has_its_default()
    {
        var configuration = Load();
        Assert.Empty(configuration.Faults);
        Assert.Equal("site", configuration.Appliance.Site);
        Assert.Equal(CameraSource.Phantom, configuration.Camera.Source);
        Assert.Equal(2048, configuration.Processing.TilePixels);
    }

    [Fact]
    public void A_later_layer_overrides_an_earlier_one()
    {
        Write("appsettings.json", """{ "Appliance": { "Site": "program", "Cart": "program" }, "Interpret": { "MinimumPixels": 1, "RaiseAfterCubes": 1 } }""");
        Write("machine.json", """{ "Appliance": { "Cart": "machine" }, "Interpret": { "MinimumPixels": 2, "RaiseAfterCubes": 2 } }""");
        _environment["HSIEDGE__Interpret__MinimumPixels"] = "3";
        _environment["HSIEDGE__Interpret__RaiseAfterCubes"] = "3";
        var configuration = Load("--Interpret:RaiseAfterCubes", "4", "--Camera:PhantomSeed=9");
        configuration.ThrowIfFaulty();
        Assert.Equal("program", configuration.Appliance.Site);
        Assert.Equal("machine", configuration.Appliance.Cart);
        Assert.Equal(3, configuration.Interpret.MinimumPixels);
        Assert.Equal(4, configuration.Interpret.RaiseAfterCubes);
        Assert.Equal(9, configuration.Camera.PhantomSeed);
    }

    [Fact]
    public void The_command_line_names_another_machine_file()
    {
        var other = Write("other.json", """{ "Appliance": { "Cart": "other" } }""");
        Assert.Equal("other", Load("--config", other).Appliance.Cart);
        Assert.Equal("other", Load("--config=" + other).Appliance.Cart);
    }

    [Fact]
    public void A_named_file_that_is_missing_is_a_fault_that_names_it()
    {
        var missing = _folder.File("missing.json");
        var fault = Assert.Single(Load("--config", missing).Faults);
        Assert.Contains(missing, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_key_in_a_file_is_a_fault_with_line_and_suggestion()
    {
        Write("machine.json", "{\n  \"Camera\": {\n    \"Sorce\": \"phantom\"\n  }\n}");
        var fault = Assert.Single(Load().Faults);
        Assert.Equal("Camera:Sorce", fault.Key);
        Assert.Equal(ConfigurationLayer.Machine, fault.Layer);
        Assert.Contains("Unknown configuration key Camera:Sorce", fault.Message, StringComparison.Ordinal);
        Assert.Contains("machine.json line 3", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean Camera:Source?", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_key_in_the_environment_is_a_fault_that_names_the_variable()
    {
        _environment["HSIEDGE__Trigger__IntervalMiliseconds"] = "500";
        var fault = Assert.Single(Load().Faults);
        Assert.Contains("HSIEDGE__Trigger__IntervalMiliseconds", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean Trigger:IntervalMilliseconds?", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_key_on_the_command_line_is_a_fault()
    {
        var fault = Assert.Single(Load("--Modle:BundlePath", "x").Faults);
        Assert.Equal(ConfigurationLayer.CommandLine, fault.Layer);
        Assert.Contains("Did you mean Model:BundlePath?", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_in_the_wrong_section_is_pointed_to_the_right_one()
    {
        Write("machine.json", """{ "Camera": { "IntervalMilliseconds": 100 } }""");
        Assert.Contains("Did you mean Trigger:IntervalMilliseconds?", Assert.Single(Load().Faults).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--verbose")]
    [InlineData("Camera:Source")]
    [InlineData("--Camera:Source")]
    public void An_argument_that_is_no_setting_is_a_fault_that_shows_the_form(string argument)
    {
        var fault = Assert.Single(Load(argument).Faults);
        Assert.Contains(argument, fault.Message, StringComparison.Ordinal);
        Assert.Contains("expected", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"Camera\": {\n \"Source\": \"phantom\"\n", 3)]
    [InlineData("{\n\"Camera\" {} }", 2)]
    [InlineData("{}\n{}", 2)]
    public void Broken_JSON_is_a_fault_that_names_file_and_line(string json, int line)
    {
        Write("machine.json", json);
        var configuration = Load();
        var fault = Assert.Single(configuration.Faults);
        Assert.Contains($"machine.json line {line}", fault.Message, StringComparison.Ordinal);
        Assert.False(configuration.CanReachBroker);
    }

    [Theory]
    [InlineData("{ \"Camera\": { \"Source\": \"\\ud800\" } }")]
    [InlineData("{ \"Camera\": { \"\\udc00\": 1 } }")]
    public void Half_a_character_is_a_fault_that_names_the_file(string json)
    {
        Write("machine.json", json);
        Assert.Contains("machine.json holds a text that is none", Assert.Single(Load().Faults).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Model", "BundlePath")]
    [InlineData("Board", "SimulatedSocketPath")]
    [InlineData("Store", "DataFolder")]
    public void A_null_character_in_a_text_is_a_fault_that_names_the_key(string section, string key)
    {
        Write("machine.json", $$"""{ "{{section}}": { "{{key}}": "a\u0000b" } }""");
        Assert.Contains($"{section}:{key}", Assert.Single(Load().Faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_named_twice_in_one_file_is_a_fault()
    {
        Write("machine.json", "{ \"Camera\": { \"Source\": \"phantom\",\n \"source\": \"replay\" } }");
        Assert.Contains("line 2 names Camera:source a second time", Assert.Single(Load().Faults).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("3")]
    public void A_file_that_is_no_object_is_a_fault(string json)
    {
        Write("machine.json", json);
        Assert.Contains("expected a JSON object", Assert.Single(Load().Faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Comments_trailing_commas_byte_order_mark_and_schema_reference_are_accepted()
    {
        Write("machine.json", "\uFEFF{ \"$schema\": \"x\", // why\n \"Camera\": { \"PhantomSeed\": 5, }, }");
        var configuration = Load();
        configuration.ThrowIfFaulty();
        Assert.Equal(5, configuration.Camera.PhantomSeed);
    }

    [Fact]
    public void Every_fault_is_listed_at_once()
    {
        Write("machine.json", """{ "Camera": { "Source": "gige" }, "Trigger": { "IntervalMilliseconds": 5 }, "Interpret": { "MinimumPixels": "many" }, "Extra": { "A": 1 } }""");
        var error = Assert.Throws<BadInputException>(Load().ThrowIfFaulty);
        Assert.Contains("Camera:Source is 'gige'", error.Message, StringComparison.Ordinal);
        Assert.Contains("expected one of phantom, replay", error.Message, StringComparison.Ordinal);
        Assert.Contains("Trigger:IntervalMilliseconds is '5'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Interpret:MinimumPixels is 'many'", error.Message, StringComparison.Ordinal);
        Assert.Contains("Unknown configuration key Extra:A", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_null_value_is_a_fault()
    {
        Write("machine.json", """{ "Appliance": { "Site": null } }""");
        Assert.Contains("Appliance:Site is null", Assert.Single(Load().Faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replay_camera_needs_a_folder_that_exists()
    {
        Write("machine.json", """{ "Camera": { "Source": "replay", "ReplayFolder": "/nowhere/cubes" } }""");
        var fault = Assert.Single(Load().Faults);
        Assert.Equal("Camera:ReplayFolder", fault.Key);
        Assert.Contains("'/nowhere/cubes'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bundle_that_is_missing_is_a_fault_of_the_model()
    {
        _environment["HSIEDGE__Model__BundlePath"] = _folder.File("none.hsimodel");
        var configuration = Load();
        Assert.Equal("Model", Assert.Single(configuration.Faults).Section);
        Assert.True(configuration.CanReachBroker);
    }

    [Theory]
    [InlineData("Camera", "Sorce", true)]
    [InlineData("Appliance", "Siet", false)]
    [InlineData("Aplliance", "Site", false)]
    [InlineData("Extra", "Stuff", true)]
    public void A_fault_leaves_the_broker_in_reach_unless_it_touches_who_the_box_is(string section, string key, bool reachable)
    {
        Write("machine.json", $$"""{ "{{section}}": { "{{key}}": "x" } }""");
        var configuration = Load();
        Assert.Single(configuration.Faults);
        Assert.Equal(reachable, configuration.CanReachBroker);
    }

    [Fact]
    public void A_fault_on_the_command_line_is_never_safe_mode() => Assert.False(Load("--Camera:Sorce", "phantom").CanReachBroker);

    public void Dispose() => _folder.Dispose();

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder.File(name), text);
        return _folder.File(name);
    }

    private ApplianceConfiguration Load(params string[] arguments) => ApplianceConfiguration.Load(arguments, _environment, _folder.Path);
}
