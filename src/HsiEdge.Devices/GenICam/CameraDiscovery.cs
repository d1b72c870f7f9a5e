using HsiEdge.Core.Acquire;

namespace HsiEdge.Devices.GenICam;

/// <summary>Finds GenICam cameras: GigE Vision on every network, USB3 Vision on every port.</summary>
public static class CameraDiscovery
{
    private const string FakeProtocol = "Fake";
    private static readonly Lock Gate = new();

    /// <summary>Asks all networks and ports; takes about a second.</summary>
    /// <exception cref="CameraFaultException">libaravis is not installed.</exception>
    public static IReadOnlyList<DiscoveredCamera> List()
    {
        try
        {
            // The library keeps one list for the process.
            lock (Gate)
            {
                Aravis.UpdateDeviceList();
                return [.. Enumerable.Range(0, (int)Aravis.DeviceCount()).Select(i => Describe((uint)i)).Where(c => c.Protocol != FakeProtocol)];
            }
        }
        catch (DllNotFoundException e)
        {
            throw new CameraFaultException($"{Aravis.Library} is not installed; install the Debian package libaravis-0.8-0, then start again.", e);
        }
    }

    /// <summary>Chooses one.</summary>
    /// <param name="cameras">What answered.</param>
    /// <param name="wanted">Serial, address or id; empty for the only one.</param>
    /// <exception cref="CameraFaultException">It is not there, or it cannot be told which.</exception>
    public static DiscoveredCamera Choose(IReadOnlyList<DiscoveredCamera> cameras, string wanted)
    {
        ArgumentNullException.ThrowIfNull(cameras);
        ArgumentNullException.ThrowIfNull(wanted);
        var matching = wanted.Length == 0 ? cameras : [.. cameras.Where(c => c.Serial == wanted || c.Address == wanted || c.Id == wanted)];
        return matching.Count switch
        {
            1 => matching[0],
            0 when wanted.Length == 0 => throw new CameraFaultException("No GenICam camera answers: check its power, its cable and the network settings of its link."),
            0 => throw new CameraFaultException($"No camera with serial, address or id '{wanted}' answers; found {Text(cameras)}. Check its power, its cable and Camera:Device."),
            _ when wanted.Length == 0 => throw new CameraFaultException($"{matching.Count} cameras answer: {Text(matching)}. Name one by its serial in Camera:Device."),
            _ => throw new CameraFaultException($"'{wanted}' names {matching.Count} cameras: {Text(matching)}. Name one by its id or address in Camera:Device."),
        };
    }

    private static DiscoveredCamera Describe(uint index) => new(
        Aravis.Text(Aravis.DeviceId(index)),
        Aravis.Text(Aravis.DeviceVendor(index)),
        Aravis.Text(Aravis.DeviceModel(index)),
        Aravis.Text(Aravis.DeviceSerial(index)),
        Aravis.Text(Aravis.DeviceAddress(index)),
        Aravis.Text(Aravis.DeviceProtocol(index)));

    private static string Text(IReadOnlyList<DiscoveredCamera> cameras) =>
        cameras.Count == 0 ? "none" : string.Join("; ", cameras);
}
