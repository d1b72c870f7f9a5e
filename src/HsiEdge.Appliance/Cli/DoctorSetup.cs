using System.Globalization;
using HsiEdge.Appliance.Configuration;

namespace HsiEdge.Appliance.Cli;

/// <summary>
/// The checks of what install.sh sets up around the program: who may use lines and cameras (udev rules, groups), and the wire to a GigE Vision camera
/// (receive buffers, jumbo frames). It reads files alone.
/// </summary>
/// <param name="configuration">As loaded.</param>
/// <param name="root">Folder under which the system's files are found; "/" but in tests.</param>
internal sealed class DoctorSetup(ApplianceConfiguration configuration, string root = "/")
{
    /// <summary>Largest receive buffer that a socket may ask for, in bytes, below which a busy moment costs packets.</summary>
    private const long SmallestReceiveLimit = 8 << 20;

    /// <summary>MTU of an interface set up for jumbo frames, in bytes.</summary>
    private const int JumboMtu = 9000;

    private const string User = "hsiedge";
    private const string Rules = "etc/udev/rules.d/70-hsiedge.rules";
    private const string Network = "etc/systemd/network/70-hsiedge-camera.network";
    private static readonly string[] Groups = ["gpio", "video", "dialout"];

    /// <summary>Whether the service's user may open lines, cameras and serial ports.</summary>
    public DoctorItem Devices()
    {
        const string name = "devices";
        var accounts = Lines("etc/passwd");
        if (!accounts.Any(l => l.StartsWith(User + ":", StringComparison.Ordinal)))
        {
            return DoctorItem.Ok(name, $"not installed: there is no user '{User}', devices are opened as the caller");
        }

        var members = Lines("etc/group").Select(l => l.Split(':')).Where(f => f.Length == 4 && f[3].Split(',').Contains(User)).Select(f => f[0]).ToList();
        var missing = Groups.Except(members).ToList();
        if (missing.Count > 0)
        {
            return DoctorItem.Failed(
                name, $"user '{User}' is not in {string.Join(", ", missing)}", $"usermod -aG {string.Join(',', missing)} {User}, then restart the service; firmware-config/install.sh does it.");
        }

        return File.Exists(Path.Combine(root, Rules))
            ? DoctorItem.Ok(name, $"user '{User}' is in {string.Join(", ", Groups)}; udev rules are in place")
            : DoctorItem.Warning(
                name, $"/{Rules} is missing", "Install firmware-config/udev/70-hsiedge.rules there, then 'udevadm control --reload && udevadm trigger'; firmware-config/install.sh does it.");
    }

    /// <summary>Whether the box can take what a GigE Vision camera sends.</summary>
    public DoctorItem CameraNetwork()
    {
        const string name = "camera network";
        if (configuration.Camera.Source != CameraSource.GenICam)
        {
            return DoctorItem.Ok(name, "not needed: Camera:Source is no GenICam camera");
        }

        var limit = Number("proc/sys/net/core/rmem_max");
        if (limit is null or < SmallestReceiveLimit)
        {
            return DoctorItem.Warning(
                name, $"net.core.rmem_max is {limit?.ToString(CultureInfo.InvariantCulture) ?? "unknown"} bytes, {SmallestReceiveLimit} or more are expected: packets are lost in busy moments",
                "Install firmware-config/network/70-hsiedge-camera.conf in /etc/sysctl.d, then 'sysctl --system'; firmware-config/install.sh does it.");
        }

        var buffers = $"receive buffers up to {limit / 1048576} MiB";
        var link = Lines(Network).FirstOrDefault(l => l.StartsWith("Name=", StringComparison.Ordinal))?["Name=".Length..];
        if (link is null)
        {
            return DoctorItem.Ok(name, $"{buffers}; no interface is set aside for a camera (install.sh --camera-interface NAME does it for GigE Vision)");
        }

        return Number($"sys/class/net/{link}/mtu") switch
        {
            null => DoctorItem.Failed(name, $"{buffers}; interface {link} does not exist", $"'ip link' shows the interfaces; correct Name= in /{Network} or plug the adapter in."),
            < JumboMtu and var mtu => DoctorItem.Warning(
                name, $"{buffers}; {link} has an MTU of {mtu}, {JumboMtu} is expected", $"'networkctl reload' applies /{Network}; an adapter or switch without jumbo frames needs stream.packetBytes below {mtu} in Camera:FeaturesPath."),
            var mtu => DoctorItem.Ok(name, $"{buffers}; {link} has an MTU of {mtu}"),
        };
    }

    private string[] Lines(string path) => File.Exists(Path.Combine(root, path)) ? File.ReadAllLines(Path.Combine(root, path)) : [];

    private long? Number(string path) => Lines(path) is [var text, ..] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
