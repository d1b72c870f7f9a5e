using System.Buffers.Binary;

namespace HsiEdge.Proofs.Fuzz;

/// <summary>Changes bytes without knowing what they mean: bits, sizes, pieces moved, doubled, lost or taken from another input.</summary>
internal static class ByteMutator
{
    private const int Largest = 1 << 20;

    private static readonly long[] Sizes =
        [0, 1, -1, 2, 127, 128, 255, 256, 32767, 32768, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, long.MaxValue, long.MinValue, 1 << 20, 0x7FFF_FFF0];

    /// <summary>Changes an input once.</summary>
    public static byte[] Change(byte[] input, byte[] other, ref FuzzRandom random)
    {
        if (input.Length == 0)
        {
            return other.Length > 0 ? other : [(byte)random.Bits()];
        }

        return random.Next(8) switch
        {
            0 or 1 => FlipBits(input, ref random),
            2 => PutSize(input, ref random),
            3 => Remove(input, ref random),
            4 => Double(input, ref random),
            5 => input[..random.Next(input.Length)],
            6 => Splice(input, other, ref random),
            _ => PutRandom(input, ref random),
        };
    }

    private static byte[] FlipBits(byte[] input, ref FuzzRandom random)
    {
        var changed = (byte[])input.Clone();
        for (var n = random.Length(16); n > 0; n--)
        {
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
        }

        return changed;
    }

    private static byte[] PutSize(byte[] input, ref FuzzRandom random)
    {
        var changed = (byte[])input.Clone();
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        var value = random.Of(Sizes);
        var width = 1 << random.Next(4);
        if (random.OneIn(2))
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            bytes = bytes[..width];
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
            bytes = bytes[^width..];
        }

        var at = random.Next(changed.Length);
        bytes[..Math.Min(width, changed.Length - at)].CopyTo(changed.AsSpan(at));
        return changed;
    }

    private static byte[] Remove(byte[] input, ref FuzzRandom random)
    {
        var at = random.Next(input.Length);
        var length = Math.Min(random.Length(input.Length), input.Length - at);
        return [.. input.AsSpan(0, at), .. input.AsSpan(at + length)];
    }

    private static byte[] Double(byte[] input, ref FuzzRandom random)
    {
        var at = random.Next(input.Length);
        var piece = input.AsSpan(at, Math.Min(random.Length(input.Length), input.Length - at));
        var times = Math.Min(random.Length(64), Math.Max(0, (Largest - input.Length) / piece.Length));
        var changed = new List<byte>(input);
        for (; times > 0; times--)
        {
            changed.InsertRange(at, piece);
        }

        return [.. changed];
    }

    private static byte[] Splice(byte[] input, byte[] other, ref FuzzRandom random)
    {
        if (other.Length == 0)
        {
            return input;
        }

        var at = random.Next(input.Length);
        var from = random.Next(other.Length);
        var length = Math.Min(random.Length(other.Length), other.Length - from);
        var skip = random.OneIn(2) ? Math.Min(length, input.Length - at) : 0;
        return [.. input.AsSpan(0, at), .. other.AsSpan(from, length), .. input.AsSpan(at + skip)];
    }

    private static byte[] PutRandom(byte[] input, ref FuzzRandom random)
    {
        var changed = (byte[])input.Clone();
        var at = random.Next(changed.Length);
        for (var n = Math.Min(random.Length(64), changed.Length - at); n > 0; n--)
        {
            changed[at + n - 1] = (byte)random.Bits();
        }

        return changed;
    }
}
