using System.Buffers.Binary;
using System.Text;
using HsiEdge.Core;

namespace HsiEdge.Inference.Bundle;

/// <summary>
/// The one byte layout of a bundle: a zip that any tool can list, entries stored uncompressed in a fixed order, no timestamps (1 January 1980),
/// no extra fields, no comments. Reading requires exactly that layout, so that no byte of a file is without a meaning and none can change unseen.
/// </summary>
internal static class BundleArchive
{
    private const uint LocalSignature = 0x04034b50;
    private const uint CentralSignature = 0x02014b50;
    private const uint EndSignature = 0x06054b50;
    private const int LocalHeaderBytes = 30;
    private const int CentralHeaderBytes = 46;
    private const int EndBytes = 22;
    private const ushort Version = 20;
    private const ushort FirstOfJanuary1980 = 0x0021;

    /// <summary>Lays entries out.</summary>
    /// <param name="entries">Names (ASCII) and bytes in file order.</param>
    public static byte[] ToBytes(IReadOnlyList<(string Name, byte[] Bytes)> entries) => Layout(entries).Bytes;

    /// <summary>Takes a file apart.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="path">Path for messages.</param>
    /// <returns>Entries by name; the bytes are copies.</returns>
    /// <exception cref="BadInputException">Not a bundle, or not laid out as bundles are; the message names the entry.</exception>
    public static IReadOnlyDictionary<string, byte[]> Read(byte[] file, string path)
    {
        var entries = ReadEntries(file, path);
        var signed = entries.Exists(e => e.Name == BundleEntries.Signature);
        var names = entries.Select(e => e.Name).ToArray();
        var expected = BundleEntries.All(signed).ToArray();
        if (!names.AsSpan().SequenceEqual(expected))
        {
            throw new BadInputException(
                $"{path}: entries are {string.Join(", ", names)}; expected {string.Join(", ", expected)} in this order. Pack it again with hsiedge-model.");
        }

        RequireCanonical(file, path, entries);
        return entries.ToDictionary(e => e.Name, e => e.Bytes, StringComparer.Ordinal);
    }

    private static List<(string Name, byte[] Bytes)> ReadEntries(byte[] file, string path)
    {
        var entries = new List<(string Name, byte[] Bytes)>();
        var offset = 0;
        while (offset + LocalHeaderBytes <= file.Length && BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(offset)) == LocalSignature)
        {
            var header = file.AsSpan(offset, LocalHeaderBytes);
            var after = entries.Count == 0 ? "the first entry" : $"the entry after {entries[^1].Name}";
            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
            var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
            var dataStart = (long)offset + LocalHeaderBytes + nameLength + extraLength;
            if (dataStart > file.Length)
            {
                throw new BadInputException($"{path}: {after} is cut short at byte {file.Length}. Copy the bundle again.");
            }

            var name = Encoding.ASCII.GetString(file, offset + LocalHeaderBytes, nameLength);
            if (!BundleEntries.MaximumEntryBytes.TryGetValue(name, out var maximum))
            {
                throw new BadInputException(
                    $"{path}: {after} is named '{Printable(name)}'; a bundle holds only {string.Join(", ", BundleEntries.All(signed: true))}.");
            }

            if (entries.Exists(e => e.Name == name))
            {
                throw new BadInputException($"{path}: entry {name} occurs twice.");
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) != 0 || BinaryPrimitives.ReadUInt16LittleEndian(header[6..]) != 0)
            {
                throw new BadInputException($"{path}: entry {name} is compressed, encrypted or streamed; expected stored. Pack it again with hsiedge-model.");
            }

            var length = BinaryPrimitives.ReadUInt32LittleEndian(header[22..]);
            if (length > maximum)
            {
                throw new BadInputException($"{path}: entry {name} is {length} bytes; at most {maximum} are allowed.");
            }

            if (dataStart + length > file.Length)
            {
                throw new BadInputException(
                    $"{path}: entry {name} should be {length} bytes but the file ends after {file.Length - dataStart} of them. Copy the bundle again.");
            }

            entries.Add((name, file.AsSpan((int)dataStart, (int)length).ToArray()));
            offset = (int)(dataStart + length);
        }

        return entries.Count > 0
            ? entries
            : throw new BadInputException($"{path}: not a model bundle (it does not begin with a zip entry). Expected a .hsimodel file.");
    }

    // Whatever the fields said, the file must be byte for byte what these entries are laid out to.
    private static void RequireCanonical(byte[] file, string path, List<(string Name, byte[] Bytes)> entries)
    {
        var (canonical, regions) = Layout(entries);
        var same = file.AsSpan().CommonPrefixLength(canonical);
        if (same == canonical.Length && same == file.Length)
        {
            return;
        }

        var region = same >= canonical.Length ? "after the end record" : regions.Last(r => r.Start <= same).Label;
        throw new BadInputException(
            $"{path}: byte {same}, in {region}, is not as a bundle is laid out (a checksum, size or header was changed, or bytes were added or lost). "
            + "Copy the bundle again, or pack it again with hsiedge-model.");
    }

    private static (byte[] Bytes, List<(int Start, string Label)> Regions) Layout(IReadOnlyList<(string Name, byte[] Bytes)> entries)
    {
        var regions = new List<(int Start, string Label)>();
        var total = EndBytes + entries.Sum(e => LocalHeaderBytes + CentralHeaderBytes + (2L * e.Name.Length) + e.Bytes.Length);
        var file = new byte[checked((int)total)];
        var starts = new int[entries.Count];
        var sums = new uint[entries.Count];
        var offset = 0;
        for (var i = 0; i < entries.Count; i++)
        {
            var (name, bytes) = entries[i];
            (starts[i], sums[i]) = (offset, Crc32.Of(bytes));
            regions.Add((offset, $"the header of {name} (which holds the checksum of its bytes)"));
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), LocalSignature);
            Common(file.AsSpan(offset + 4), name, bytes, sums[i]);
            offset += LocalHeaderBytes;
            offset += Encoding.ASCII.GetBytes(name, file.AsSpan(offset));
            regions.Add((offset, name));
            bytes.CopyTo(file, offset);
            offset += bytes.Length;
        }

        var directory = offset;
        for (var i = 0; i < entries.Count; i++)
        {
            var (name, bytes) = entries[i];
            regions.Add((offset, $"the directory record of {name}"));
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), CentralSignature);
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset + 4), Version);
            Common(file.AsSpan(offset + 6), name, bytes, sums[i]);
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset + 42), (uint)starts[i]);
            offset += CentralHeaderBytes;
            offset += Encoding.ASCII.GetBytes(name, file.AsSpan(offset));
        }

        regions.Add((offset, "the end record"));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), EndSignature);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset + 8), (ushort)entries.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset + 10), (ushort)entries.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset + 12), (uint)(offset - directory));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset + 16), (uint)directory);
        return (file, regions);
    }

    // The fields that a local header and a directory record share: version, flags, method, time, date, CRC, sizes, name length.
    private static void Common(Span<byte> target, string name, byte[] bytes, uint sum)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target, Version);
        BinaryPrimitives.WriteUInt16LittleEndian(target[8..], FirstOfJanuary1980);
        BinaryPrimitives.WriteUInt32LittleEndian(target[10..], sum);
        BinaryPrimitives.WriteUInt32LittleEndian(target[14..], (uint)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[18..], (uint)bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(target[22..], (ushort)name.Length);
    }

    private static string Printable(string name) => string.Concat(name.Take(80).Select(c => char.IsControl(c) ? '?' : c));
}
