using System.Text.RegularExpressions;
using HsiEdge.Devices.Gpio;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.House;

/// <summary>What the board itself is set up with: device-tree overlays, udev rules, the camera's network.</summary>
public sealed partial class BoardFilesTests
{
    /// <summary>A piece of a Jetson's device tree: the controllers behind the 40-pin header, switched on, and the serial port. NODES is where the board has them.</summary>
    private const string Tree =
        """
        /dts-v1/;
        / {
          compatible = "BOARD";
          #address-cells = <2>;
          #size-cells = <2>;
          OPEN
          serial@3100000 { reg = <0 0x3100000 0 0x10000>; status = "okay"; };
          spi@3210000 { reg = <0 0x3210000 0 0x1000>; #address-cells = <1>; #size-cells = <0>; status = "okay"; };
          spi@3230000 { reg = <0 0x3230000 0 0x1000>; #address-cells = <1>; #size-cells = <0>; status = "okay"; };
          CLOSE
        };
        """;

    private const string Bus = """bus@0 { compatible = "simple-bus"; #address-cells = <2>; #size-cells = <2>; ranges = <0 0 0 0 0x100 0>;""";

    /// <summary>Pins of the header that the overlays free: SPI1 of the carriers.</summary>
    private static readonly int[] FreedPins = [13, 16, 18, 22, 37];

    private static string Firmware => Path.Combine(SharedData.RepositoryRoot, "firmware-config");

    [Theory]
    [InlineData("jetson-orin-nano", "nvidia,tegra234", "/bus@0")]
    [InlineData("jetson-xavier-nx", "nvidia,tegra194", "")]
    public async Task An_overlay_compiles_without_a_warning_applies_and_frees_the_headers_pins_alone(string board, string soc, string bus)
    {
        using var folder = new TemporaryFolder();
        var tree = Tree.Replace("BOARD", soc, StringComparison.Ordinal)
            .Replace("OPEN", bus.Length > 0 ? Bus : "", StringComparison.Ordinal).Replace("CLOSE", bus.Length > 0 ? "};" : "", StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.File("base.dts"), tree);
        await SucceedsSilentlyAsync("dtc", "-@", "-I", "dts", "-O", "dtb", "-o", folder.File("base.dtb"), folder.File("base.dts"));
        await SucceedsSilentlyAsync("dtc", "-@", "-I", "dts", "-O", "dtb", "-o", folder.File("overlay.dtbo"), Path.Combine(Firmware, "overlays", $"{board}-hsiedge.dts"));
        await SucceedsSilentlyAsync("fdtoverlay", "-i", folder.File("base.dtb"), "-o", folder.File("merged.dtb"), folder.File("overlay.dtbo"));

        Assert.Equal("disabled", await StatusAsync(folder.File("merged.dtb"), bus + "/spi@3230000"));
        Assert.Equal("okay", await StatusAsync(folder.File("merged.dtb"), bus + "/spi@3210000"));
        Assert.Equal("okay", await StatusAsync(folder.File("merged.dtb"), bus + "/serial@3100000"));
        Assert.Equal(soc, (await ProgramRun.StartAsync("fdtget", [folder.File("merged.dtb"), "/", "compatible"])).Output.Trim());
    }

    [Fact]
    public void Each_Jetson_whose_profile_uses_pins_of_another_controller_has_its_overlay()
    {
        var boards = Directory.GetFiles(Path.Combine(Firmware, "boards"), "jetson-*.json").Select(p => BoardProfileFile.Read(p).Profile).ToList();
        var needing = boards.Where(b => b.Lines.Any(l => FreedPins.Contains(l.HeaderPin ?? 0))).Select(b => b.Name);
        var overlays = Directory.GetFiles(Path.Combine(Firmware, "overlays")).Select(p => Path.GetFileName(p).Replace("-hsiedge.dts", "", StringComparison.Ordinal));
        Assert.NotEmpty(boards);
        Assert.Equal(needing.Order(StringComparer.Ordinal), overlays.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Udev_rules_are_well_formed_and_give_each_kind_of_device_to_a_group_of_the_service()
    {
        var unit = await File.ReadAllTextAsync(Path.Combine(SharedData.RepositoryRoot, "systemd", "hsiedge.service"));
        var groups = SupplementaryGroups().Match(unit).Groups[1].Value.Split(' ').Append("hsiedge").ToList();
        var rules = (await File.ReadAllLinesAsync(Path.Combine(Firmware, "udev", "70-hsiedge.rules"))).Where(l => l.Length > 0 && !l.StartsWith('#')).ToList();

        var subsystems = new List<string>();
        foreach (var rule in rules)
        {
            // One wrong character and udev ignores the line with a word in its log alone.
            Assert.Matches(Rule(), rule);
            Assert.Contains(RuleGroup().Match(rule).Groups[1].Value, groups);
            subsystems.Add(RuleSubsystem().Match(rule).Groups[1].Value);
        }

        Assert.Equal(["gpio", "usb", "video4linux"], subsystems.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(null, "LinkLocalAddressing=ipv4")]
    [InlineData("192.168.10.1/24", "LinkLocalAddressing=no\nAddress=192.168.10.1/24")]
    public async Task Install_sets_up_rules_buffers_and_on_demand_the_cameras_wire(string? address, string expected)
    {
        using var folder = new TemporaryFolder();
        var root = folder.File("root");
        var installed = await InstallAsync(folder, address is null ? ["--camera-interface", "eth1"] : ["--camera-interface", "eth1", "--camera-address", address]);

        Assert.True(installed.ExitCode == 0, installed.Error);
        var network = await File.ReadAllTextAsync(Path.Combine(root, "etc", "systemd", "network", "70-hsiedge-camera.network"));
        Assert.Contains("\nName=eth1\n", network, StringComparison.Ordinal);
        Assert.Contains("\nMTUBytes=9000\n", network, StringComparison.Ordinal);
        Assert.Contains("\n" + expected + "\n", network, StringComparison.Ordinal);
        Assert.All(network.Split('\n').Where(l => l.Length > 0 && !l.StartsWith('#')), line => Assert.Matches(UnitLine(), line));
        Assert.EndsWith("=interface-name:eth1\n", await File.ReadAllTextAsync(Path.Combine(root, "etc", "NetworkManager", "conf.d", "70-hsiedge-camera-unmanaged.conf")), StringComparison.Ordinal);
        Assert.Contains("net.core.rmem_max = 33554432", await File.ReadAllTextAsync(Path.Combine(root, "etc", "sysctl.d", "70-hsiedge-camera.conf")), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(root, "etc", "udev", "rules.d", "70-hsiedge.rules")));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(root, "opt", "hsiedge", "overlays"), "*.dts"));
    }

    [Fact]
    public async Task Install_leaves_the_network_alone_unless_asked()
    {
        using var folder = new TemporaryFolder();
        var installed = await InstallAsync(folder, []);
        Assert.True(installed.ExitCode == 0, installed.Error);
        Assert.False(Directory.Exists(folder.File("root", "etc", "systemd", "network")));
    }

    [Theory]
    [InlineData("eth1|s/x/y/", null)]
    [InlineData("eth1", "192.168.10.1")]
    public async Task Install_refuses_names_and_addresses_that_are_none(string name, string? address)
    {
        using var folder = new TemporaryFolder();
        var refused = await InstallAsync(folder, address is null ? ["--camera-interface", name] : ["--camera-interface", name, "--camera-address", address]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(address ?? name, refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("root")));
    }

    private static async Task<ProgramRun> InstallAsync(TemporaryFolder folder, string[] options)
    {
        Directory.CreateDirectory(folder.File("published"));
        await File.WriteAllTextAsync(folder.File("published", "hsiedge"), "#!/bin/sh\n");
        File.SetUnixFileMode(folder.File("published", "hsiedge"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return await ProgramRun.StartAsync(Path.Combine(Firmware, "install.sh"), [folder.File("published"), "--root", folder.File("root"), .. options]);
    }

    private static async Task SucceedsSilentlyAsync(string program, params string[] arguments)
    {
        var run = await ProgramRun.StartAsync(program, arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Output + run.Error));
    }

    private static async Task<string> StatusAsync(string tree, string node) => (await ProgramRun.StartAsync("fdtget", [tree, node, "status"])).Output.Trim();

    [GeneratedRegex("""^(SUBSYSTEM|KERNEL|ENV\{[A-Z_]+\})=="[^"]+"(, (SUBSYSTEM|KERNEL|ENV\{[A-Z_]+\})=="[^"]+")*, GROUP="[a-z]+", MODE="0660"$""")]
    private static partial Regex Rule();

    [GeneratedRegex("""GROUP="([a-z]+)""")]
    private static partial Regex RuleGroup();

    [GeneratedRegex("""^SUBSYSTEM=="([a-z0-9]+)""")]
    private static partial Regex RuleSubsystem();

    [GeneratedRegex("^SupplementaryGroups=(.+)$", RegexOptions.Multiline)]
    private static partial Regex SupplementaryGroups();

    [GeneratedRegex(@"^(\[(Match|Link|Network)\]|(Name|MTUBytes|RequiredForOnline|LinkLocalAddressing|Address|IPv6AcceptRA|ConfigureWithoutCarrier)=\S+)$")]
    private static partial Regex UnitLine();
}
