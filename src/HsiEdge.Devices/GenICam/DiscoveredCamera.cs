namespace HsiEdge.Devices.GenICam;

/// <summary>A camera that answered.</summary>
/// <param name="Id">libaravis' name of it: what it is opened by.</param>
/// <param name="Vendor">Vendor.</param>
/// <param name="Model">Model.</param>
/// <param name="Serial">Serial number.</param>
/// <param name="Address">IP address; USB port of a USB camera.</param>
/// <param name="Protocol">"GigEVision" or "USB3Vision".</param>
public sealed record DiscoveredCamera(string Id, string Vendor, string Model, string Serial, string Address, string Protocol)
{
    /// <summary>For people.</summary>
    public override string ToString() => $"{Vendor} {Model}, serial {Serial}, at {Address} ({Protocol})";
}
