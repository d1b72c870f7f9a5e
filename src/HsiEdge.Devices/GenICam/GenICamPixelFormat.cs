namespace HsiEdge.Devices.GenICam;

/// <summary>Pixel formats that become unsigned 16-bit counts; the values are those of the Pixel Format Naming Convention (EMVA).</summary>
public enum GenICamPixelFormat
{
    /// <summary>8 bits in a byte.</summary>
    Mono8 = 0x01080001,

    /// <summary>10 bits in 2 bytes, little-endian.</summary>
    Mono10 = 0x01100003,

    /// <summary>12 bits in 2 bytes, little-endian.</summary>
    Mono12 = 0x01100005,

    /// <summary>Two 12-bit pixels in 3 bytes, least significant bits first.</summary>
    Mono12p = 0x010C0047,

    /// <summary>14 bits in 2 bytes, little-endian.</summary>
    Mono14 = 0x01100025,

    /// <summary>16 bits in 2 bytes, little-endian.</summary>
    Mono16 = 0x01100007,
}
