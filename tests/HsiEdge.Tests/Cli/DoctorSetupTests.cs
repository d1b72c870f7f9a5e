using HsiEdge.Appliance.Cli;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Core.Publish;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Cli;

/// <summary>What doctor says of groups, udev rules, receive buffers and the camera's interface, for systems laid out in a folder.</summary>
public sealed class DoctorSetupTests : IDisposable
{
    private readonly TemporaryFolder _system = new();

    public void Dispose() => _system.Dispose();

    [Fact]
    public void Without_the_services_user_nothing_is_asked_for() => Assert.Equal(HealthState.Ok, Check(CameraSource.Phantom).Devices().State);

    [Fact]
    public void Groups_that_the_services_user_lacks_are_named_with_the_command_that_adds_it()
    {
        Put("etc/passwd", "root:x:0:0::/root:/bin/sh\nhsiedge:x:990:990::/var/lib/hsiedge:/usr/sbin/nologin\n");
        Put("etc/group", "gpio:x:991:hsiedge,pi\nvideo:x:44:other\n");
        var item = Check(CameraSource.Phantom).Devices();
        Assert.Equal(HealthState.Failed, item.State);
        Assert.Contains("not in video, dialout", item.Found, StringComparison.Ordinal);
        Assert.StartsWith("usermod -aG video,dialout hsiedge", item.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_rules_are_a_warning_that_names_the_file_and_with_them_all_is_well()
    {
        Put("etc/passwd", "hsiedge:x:990:990::/var/lib/hsiedge:/usr/sbin/nologin\n");
        Put("etc/group", "gpio:x:991:hsiedge\nvideo:x:44:a,hsiedge\ndialout:x:20:hsiedge\n");
        var item = Check(CameraSource.Phantom).Devices();
        Assert.Equal(HealthState.Warning, item.State);
        Assert.Contains("firmware-config/udev/70-hsiedge.rules", item.Advice, StringComparison.Ordinal);
        Put("etc/udev/rules.d/70-hsiedge.rules", "");
        Assert.Equal(HealthState.Ok, Check(CameraSource.Phantom).Devices().State);
    }

    [Fact]
    public void Small_receive_buffers_are_named_with_the_file_that_enlarges_them_where_a_network_camera_may_need_them()
    {
        Put("proc/sys/net/core/rmem_max", "212992\n");
        Assert.Equal(HealthState.Ok, Check(CameraSource.Phantom).CameraNetwork().State);
        var item = Check(CameraSource.GenICam).CameraNetwork();
        Assert.Equal(HealthState.Warning, item.State);
        Assert.Contains("212992 bytes", item.Found, StringComparison.Ordinal);
        Assert.Contains("firmware-config/network/70-hsiedge-camera.conf", item.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, HealthState.Failed, "eth1 does not exist")]
    [InlineData("1500", HealthState.Warning, "eth1 has an MTU of 1500, 9000 is expected")]
    [InlineData("9000", HealthState.Ok, "eth1 has an MTU of 9000")]
    public void The_interface_set_aside_for_the_camera_must_be_there_and_take_jumbo_frames(string? mtu, HealthState state, string found)
    {
        Put("proc/sys/net/core/rmem_max", "33554432\n");
        Put("etc/systemd/network/70-hsiedge-camera.network", "[Match]\nName=eth1\n");
        if (mtu is not null)
        {
            Put("sys/class/net/eth1/mtu", mtu + "\n");
        }

        var item = Check(CameraSource.GenICam).CameraNetwork();
        Assert.Equal(state, item.State);
        Assert.Contains(found, item.Found, StringComparison.Ordinal);
        Assert.Contains("32 MiB", item.Found, StringComparison.Ordinal);
    }

    private DoctorSetup Check(CameraSource source) => new(
        ApplianceConfiguration.Load([$"--Camera:Source={source}"], new Dictionary<string, string>(StringComparer.Ordinal), _system.Path), _system.Path);

    private void Put(string path, string text)
    {
        var file = _system.File(path.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
