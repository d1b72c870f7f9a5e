using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HsiEdge.Core.Envi;

/// <summary>Bytes from the file and their order.</summary>
internal static class EnviBytes
{
    /// <summary>Fills the span from the file; a file that ends early is bad input.</summary>
    public static void ReadFully(SafeFileHandle file, string path, Span<byte> bytes, long position)
    {
        while (!bytes.IsEmpty)
        {
            var n = RandomAccess.Read(file, bytes, position);
            if (n == 0)
            {
                throw new BadInputException($"{path} ended at byte {position} while being read; it was longer when it was opened. Copy it again.");
            }

            bytes = bytes[n..];
            position += n;
        }
    }

    /// <summary>Reverses the bytes of each value in place.</summary>
    public static void Reverse<T>(Span<T> values)
        where T : unmanaged
    {
        switch (Unsafe.SizeOf<T>())
        {
            case 2:
                var two = MemoryMarshal.Cast<T, ushort>(values);
                BinaryPrimitives.ReverseEndianness(two, two);
                break;
            case 4:
                var four = MemoryMarshal.Cast<T, uint>(values);
                BinaryPrimitives.ReverseEndianness(four, four);
                break;
            case 8:
                var eight = MemoryMarshal.Cast<T, ulong>(values);
                BinaryPrimitives.ReverseEndianness(eight, eight);
                break;
        }
    }
}
