using System.Buffers.Binary;

namespace HsiEdge.Proofs.Fuzz;

/// <summary>What a part of an input holds: which mutations make sense.</summary>
internal enum PartKind
{
    /// <summary>Any bytes.</summary>
    Bytes,

    /// <summary>Lines of text.</summary>
    Text,

    /// <summary>A JSON document.</summary>
    Json,
}

/// <summary>One input: one or several files, payloads or lines that belong together.</summary>
/// <param name="Parts">Their bytes, in the order of the target's <see cref="IFuzzTarget.Kinds"/>.</param>
internal sealed record FuzzInput(IReadOnlyList<byte[]> Parts)
{
    /// <summary>Makes an input of one part.</summary>
    public FuzzInput(byte[] only)
        : this([only])
    {
    }

    /// <summary>All parts in one file: each with its length before it.</summary>
    public byte[] Pack()
    {
        var packed = new byte[Parts.Sum(p => p.Length + sizeof(int))];
        var at = 0;
        foreach (var part in Parts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(at), part.Length);
            part.CopyTo(packed, at + sizeof(int));
            at += sizeof(int) + part.Length;
        }

        return packed;
    }

    /// <summary>Takes a packed file apart.</summary>
    public static FuzzInput Unpack(byte[] packed)
    {
        var parts = new List<byte[]>();
        for (var at = 0; at < packed.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(packed.AsSpan(at));
            parts.Add(packed.AsSpan(at + sizeof(int), length).ToArray());
            at += sizeof(int) + length;
        }

        return new FuzzInput(parts);
    }

    /// <summary>The input with one part replaced.</summary>
    public FuzzInput With(int part, byte[] bytes) => new([.. Parts.Select((p, i) => i == part ? bytes : p)]);
}
