using System.Text.Json;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.House;

/// <summary>What is installed on a cart: the unit, the scripts and the container's recipe agree with the program.</summary>
public sealed class DeploymentTests
{
    private static string Root => SharedData.RepositoryRoot;

    [Fact]
    public async Task The_unit_is_valid_and_confined()
    {
        using var folder = new TemporaryFolder();
        var unit = folder.File("hsiedge.service");
        var text = await File.ReadAllTextAsync(Path.Combine(Root, "systemd", "hsiedge.service"));
        await File.WriteAllTextAsync(unit, text.Replace("/opt/hsiedge/hsiedge ", "/bin/true ", StringComparison.Ordinal));

        // verify exits 0 on an unknown key: its stderr must be empty.
        var verified = await ProgramRun.StartAsync("systemd-analyze", ["verify", unit]);
        Assert.Equal((0, ""), (verified.ExitCode, verified.Error));
        var confined = await ProgramRun.StartAsync("systemd-analyze", ["security", "--offline=true", "--threshold=25", unit]);
        Assert.True(confined.ExitCode == 0, confined.Output);
    }

    [Fact]
    public async Task The_unit_makes_every_output_safe_however_the_worker_ended()
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(Root, "systemd", "hsiedge.service"));
        Assert.Contains("ExecStopPost=-/opt/hsiedge/hsiedge doctor --make-safe", lines);

        // A confined unit that may not open the chips, or not ask for a real-time thread, could neither pulse nor make safe.
        Assert.Contains("DeviceAllow=char-gpiochip rw", lines);
        Assert.Contains("LimitRTPRIO=99", lines);
        Assert.Contains("RestrictRealtime=no", lines);
    }

    [Theory]
    [InlineData("test.sh")]
    [InlineData(".ci/run")]
    [InlineData("firmware-config/install.sh")]
    [InlineData("firmware-config/models/build.sh")]
    [InlineData("tests/board/run.sh")]
    [InlineData("tests/board/build-image.sh")]
    [InlineData("tests/board/guest/init")]
    public async Task Scripts_pass_shellcheck(string script)
    {
        var checkedScript = await ProgramRun.StartAsync("shellcheck", [Path.Combine(Root, script)]);
        Assert.True(checkedScript.ExitCode == 0, checkedScript.Output);
    }

    [Theory]
    [InlineData("systemd/hsiedge.service")]
    [InlineData("Dockerfile.arm64")]
    public async Task No_deployment_file_sets_an_option_where_the_engineers_file_could_not_change_it(string file) =>
        Assert.DoesNotContain("HSIEDGE__", await File.ReadAllTextAsync(Path.Combine(Root, file)), StringComparison.Ordinal);

    [Fact]
    public async Task The_shipped_configuration_names_only_options_that_exist()
    {
        using var schema = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Root, "docs", "schemas", "appsettings.schema.json")));
        using var shipped = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(Root, "firmware-config", "appsettings.json")), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        var settings = shipped.RootElement.EnumerateObject().SelectMany(section => section.Value.EnumerateObject().Select(o => (string[])[section.Name, o.Name])).ToList();
        Assert.NotEmpty(settings);
        Assert.All(settings, setting => Assert.True(IsOption(schema.RootElement, setting), $"{string.Join(':', setting)} is no option."));
    }

    [Fact]
    public async Task Install_puts_the_appliance_below_a_root_and_keeps_an_existing_configuration()
    {
        using var folder = new TemporaryFolder();
        var published = folder.File("published");
        Directory.CreateDirectory(published);
        var program = Path.Combine(published, "hsiedge");
        await File.WriteAllTextAsync(program, "#!/bin/sh\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var script = Path.Combine(Root, "firmware-config", "install.sh");
        var target = folder.File("root");

        var first = await ProgramRun.StartAsync(script, [published, "--root", target]);
        Assert.True(first.ExitCode == 0, first.Error);
        var configuration = Path.Combine(target, "etc", "hsiedge", "appsettings.json");
        await File.WriteAllTextAsync(configuration, "{}");
        var second = await ProgramRun.StartAsync(script, [published, "--root", target]);

        Assert.True(second.ExitCode == 0, second.Error);
        Assert.Equal("{}", await File.ReadAllTextAsync(configuration));
        Assert.True(File.Exists(Path.Combine(target, "opt", "hsiedge", "hsiedge")));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(target, "opt", "hsiedge", "models"), "*.hsimodel"));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(target, "opt", "hsiedge", "plans"), "*.json"));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(target, "opt", "hsiedge", "boards"), "*.json"));
        Assert.True(File.Exists(Path.Combine(target, "etc", "systemd", "system", "hsiedge.service")));
        Assert.Equal(2, Directory.GetDirectories(Path.Combine(target, "opt", "releases")).Length);
    }

    [Fact]
    public async Task Install_refuses_a_folder_without_the_program()
    {
        using var folder = new TemporaryFolder();
        var run = await ProgramRun.StartAsync(Path.Combine(Root, "firmware-config", "install.sh"), [folder.Path, "--root", folder.File("root")]);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("holds no program 'hsiedge'", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("root")));
    }

    private static bool IsOption(JsonElement schema, string[] path)
    {
        foreach (var key in path)
        {
            if (!schema.TryGetProperty("properties", out var properties) || !properties.TryGetProperty(key, out schema))
            {
                return false;
            }
        }

        return true;
    }
}
