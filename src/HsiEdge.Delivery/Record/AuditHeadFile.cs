using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// <c>audit.head</c>: the last two heads, one a line (20 digits, a space, the hash, a space, 8 hex digits that check them). Each entry overwrites the older
/// one in place, so that a write that is cut off leaves the one before.
/// </summary>
internal static class AuditHeadFile
{
    private const int Digits = 20;
    private const int HashLength = 64;
    private const int CheckLength = 8;
    private const int Length = Digits + 1 + HashLength + 1 + CheckLength + 1;

    /// <summary>Reads it.</summary>
    /// <param name="file">Open.</param>
    /// <returns>The heads that it holds, newest first, and whether that is all of it: nothing in it is anything else than a head.</returns>
    public static (IReadOnlyList<AuditHead> Heads, bool Whole) Read(IBlockFile file)
    {
        var slots = (int)Math.Min(2, file.Length / Length);
        var heads = Enumerable.Range(0, slots).Select(slot => ReadSlot(file, slot)).OfType<AuditHead>().ToList();
        return ([.. heads.OrderByDescending(h => h.Sequence)], heads.Count == slots && file.Length == (long)slots * Length);
    }

    /// <summary>Writes it; durable once it returns.</summary>
    public static void Write(IBlockFile file, AuditHead head)
    {
        var newest = NewestSlot(file);
        if (newest is null)
        {
            file.SetLength(0);
        }

        var offset = newest == 0 ? Length : 0;
        file.Write(Encoding.ASCII.GetBytes(Format(head)), offset);
        file.FlushToDisk();
    }

    /// <summary>One head as it stands in the file.</summary>
    public static string Format(AuditHead head)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{head.Sequence:D20} {head.Sha256}");
        return $"{text} {Check(text)}\n";
    }

    private static int? NewestSlot(IBlockFile file)
    {
        var (first, second) = (ReadSlot(file, 0), ReadSlot(file, 1));
        return first is null && second is null ? null : (second?.Sequence ?? 0) > (first?.Sequence ?? 0) ? 1 : 0;
    }

    private static AuditHead? ReadSlot(IBlockFile file, int slot)
    {
        var line = new byte[Length];
        return file.Read(line, (long)slot * Length) == Length ? Parse(Encoding.Latin1.GetString(line)) : null;
    }

    private static AuditHead? Parse(string line)
    {
        var (number, hash) = (line[..Digits], line.Substring(Digits + 1, HashLength));
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) && sequence > 0 && Format(new AuditHead(sequence, hash)) == line
            ? new AuditHead(sequence, hash)
            : null;
    }

    private static string Check(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.Latin1.GetBytes(text)))[..CheckLength];
}
