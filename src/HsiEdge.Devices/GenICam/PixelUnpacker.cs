using System.Runtime.InteropServices;

namespace HsiEdge.Devices.GenICam;

/// <summary>Turns the bytes of a frame into counts. Allocates nothing.</summary>
public static class PixelUnpacker
{
    /// <summary>Largest count of a format: where it saturates.</summary>
    /// <param name="format">The format.</param>
    public static int FullScale(GenICamPixelFormat format) => format switch
    {
        GenICamPixelFormat.Mono8 => 255,
        GenICamPixelFormat.Mono10 => 1023,
        GenICamPixelFormat.Mono12 or GenICamPixelFormat.Mono12p => 4095,
        GenICamPixelFormat.Mono14 => 16383,
        GenICamPixelFormat.Mono16 => 65535,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "not a format of counts"),
    };

    /// <summary>Bytes of a number of pixels, rounded up to whole bytes.</summary>
    /// <param name="format">The format.</param>
    /// <param name="pixels">Number of pixels.</param>
    public static int Bytes(GenICamPixelFormat format, int pixels) => format switch
    {
        GenICamPixelFormat.Mono8 => pixels,
        GenICamPixelFormat.Mono12p => ((pixels * 3) + 1) / 2,
        _ => pixels * 2,
    };

    /// <summary>Unpacks a frame; bits that the format leaves unused are cleared.</summary>
    /// <param name="format">The format.</param>
    /// <param name="bytes">The frame, at least <see cref="Bytes"/> long.</param>
    /// <param name="counts">Receives one count a pixel.</param>
    public static void Unpack(GenICamPixelFormat format, ReadOnlySpan<byte> bytes, Span<ushort> counts)
    {
        if (bytes.Length < Bytes(format, counts.Length))
        {
            throw new ArgumentException($"{counts.Length} pixels of {format} take {Bytes(format, counts.Length)} bytes; there are {bytes.Length}.", nameof(bytes));
        }

        switch (format)
        {
            case GenICamPixelFormat.Mono8:
                for (var i = 0; i < counts.Length; i++)
                {
                    counts[i] = bytes[i];
                }

                break;
            case GenICamPixelFormat.Mono12p:
                UnpackTwelve(bytes, counts);
                break;
            case GenICamPixelFormat.Mono16:
                MemoryMarshal.Cast<byte, ushort>(bytes)[..counts.Length].CopyTo(counts);
                break;
            default:
                UnpackMasked(MemoryMarshal.Cast<byte, ushort>(bytes), counts, (ushort)FullScale(format));
                break;
        }
    }

    private static void UnpackTwelve(ReadOnlySpan<byte> bytes, Span<ushort> counts)
    {
        var at = 0;
        for (var i = 0; i + 1 < counts.Length; i += 2, at += 3)
        {
            counts[i] = (ushort)(bytes[at] | ((bytes[at + 1] & 0xF) << 8));
            counts[i + 1] = (ushort)((bytes[at + 1] >> 4) | (bytes[at + 2] << 4));
        }

        if (counts.Length % 2 != 0)
        {
            counts[^1] = (ushort)(bytes[at] | ((bytes[at + 1] & 0xF) << 8));
        }
    }

    private static void UnpackMasked(ReadOnlySpan<ushort> words, Span<ushort> counts, ushort mask)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = (ushort)(words[i] & mask);
        }
    }
}
