using System.Runtime.InteropServices;

namespace HsiEdge.Devices.V4l2;

/// <summary>Turns one line of a frame into counts. Allocates nothing.</summary>
public static class V4l2Unpacker
{
    /// <summary>Largest count of a format: where it saturates.</summary>
    /// <param name="format">The format.</param>
    public static int FullScale(V4l2PixelFormat format) => format switch
    {
        V4l2PixelFormat.Y10 or V4l2PixelFormat.Y10P => 1023,
        V4l2PixelFormat.Y12 or V4l2PixelFormat.Y12P => 4095,
        V4l2PixelFormat.Y14 => 16383,
        V4l2PixelFormat.Y16 => 65535,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "not a format of counts"),
    };

    /// <summary>Bytes of a line without its padding.</summary>
    /// <param name="format">The format.</param>
    /// <param name="samples">Samples of the line.</param>
    public static int LineBytes(V4l2PixelFormat format, int samples) => format switch
    {
        V4l2PixelFormat.Y10P => (samples + 3) / 4 * 5,
        V4l2PixelFormat.Y12P => (samples + 1) / 2 * 3,
        _ => samples * 2,
    };

    /// <summary>Unpacks a line; bits that the format leaves unused are cleared.</summary>
    /// <param name="format">The format.</param>
    /// <param name="bytes">The line, at least <see cref="LineBytes"/> long.</param>
    /// <param name="shift">Bits by which the driver's 2-byte words stand too far left (some receivers fill them from the top), 0…8.</param>
    /// <param name="counts">Receives one count a sample.</param>
    public static void Unpack(V4l2PixelFormat format, ReadOnlySpan<byte> bytes, int shift, Span<ushort> counts)
    {
        var needed = LineBytes(format, counts.Length);
        if (bytes.Length < needed)
        {
            throw new ArgumentException($"{counts.Length} samples of {format} take {needed} bytes; there are {bytes.Length}.", nameof(bytes));
        }

        switch (format)
        {
            case V4l2PixelFormat.Y10P:
                for (var i = 0; i < counts.Length; i++)
                {
                    var group = i / 4 * 5;
                    counts[i] = (ushort)((bytes[group + (i % 4)] << 2) | ((bytes[group + 4] >> (i % 4 * 2)) & 3));
                }

                break;
            case V4l2PixelFormat.Y12P:
                for (var i = 0; i < counts.Length; i++)
                {
                    var group = i / 2 * 3;
                    counts[i] = (ushort)((bytes[group + (i % 2)] << 4) | ((bytes[group + 2] >> (i % 2 * 4)) & 0xF));
                }

                break;
            default:
                var mask = FullScale(format);
                var words = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < counts.Length; i++)
                {
                    counts[i] = (ushort)((words[i] >> shift) & mask);
                }

                break;
        }
    }
}
