namespace HsiEdge.Proofs.Corruption;

/// <summary>Ways in which a file's bytes rot.</summary>
internal static class Rot
{
    private const int SectorBytes = 512;
    private const int PageBytes = 8192;

    /// <summary>Spoils a file and says how.</summary>
    public static string Spoil(string path, Random random)
    {
        var bytes = File.ReadAllBytes(path);
        var before = (byte[])bytes.Clone();
        var how = string.Empty;
        for (var attempt = 0; attempt < 20 && bytes.AsSpan().SequenceEqual(before); attempt++)
        {
            how = Spoil(ref bytes, random);
        }

        File.WriteAllBytes(path, bytes);
        return how;
    }

    private static string Spoil(ref byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
        {
            bytes = [(byte)random.Next(256)];
            return "a byte put in";
        }

        var unit = random.Next(2) == 0 ? SectorBytes : PageBytes;
        switch (random.Next(8))
        {
            case 0:
                var length = random.Next(bytes.Length);
                bytes = bytes[..length];
                return $"cut to {length} bytes";
            case 1:
                var zeroed = Piece(bytes, unit, random);
                bytes.AsSpan(zeroed).Clear();
                return $"zeroed {zeroed}";
            case 2:
                var (from, to) = (Piece(bytes, unit, random), Piece(bytes, unit, random));
                bytes.AsSpan(from).ToArray().AsSpan(0, Math.Min(from.End.Value - from.Start.Value, to.End.Value - to.Start.Value)).CopyTo(bytes.AsSpan(to));
                return $"{from} doubled over {to}";
            case 3:
                var (a, b) = (Piece(bytes, unit, random), Piece(bytes, unit, random));
                var size = Math.Min(a.End.Value - a.Start.Value, b.End.Value - b.Start.Value);
                var (atA, atB) = (bytes.AsSpan(a.Start.Value, size).ToArray(), bytes.AsSpan(b.Start.Value, size).ToArray());
                atA.CopyTo(bytes, b.Start.Value);
                atB.CopyTo(bytes, a.Start.Value);
                return $"{a} and {b} swapped";
            default:
                var flips = random.Next(2) == 0 ? 1 : random.Next(2, 65);
                for (var i = 0; i < flips; i++)
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                }

                return $"{flips} bits flipped";
        }
    }

    private static Range Piece(byte[] bytes, int unit, Random random)
    {
        var start = random.Next((bytes.Length + unit - 1) / unit) * unit;
        return start..Math.Min(bytes.Length, start + unit);
    }
}
