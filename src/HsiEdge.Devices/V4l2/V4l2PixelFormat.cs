namespace HsiEdge.Devices.V4l2;

/// <summary>Pixel formats that become unsigned 16-bit counts; the values are the kernel's four-character codes.</summary>
public enum V4l2PixelFormat
{
    /// <summary>10 bits in 2 bytes, little-endian.</summary>
    Y10 = 0x20303159,

    /// <summary>12 bits in 2 bytes, little-endian.</summary>
    Y12 = 0x20323159,

    /// <summary>14 bits in 2 bytes, little-endian.</summary>
    Y14 = 0x20343159,

    /// <summary>16 bits in 2 bytes, little-endian.</summary>
    Y16 = 0x20363159,

    /// <summary>Four 10-bit pixels in 5 bytes as CSI-2 sends them: four bytes with the upper 8 bits, then one with the lower two of each.</summary>
    Y10P = 0x50303159,

    /// <summary>Two 12-bit pixels in 3 bytes as CSI-2 sends them: two bytes with the upper 8 bits, then one with the lower four of each.</summary>
    Y12P = 0x50323159,
}
