using System.Globalization;
using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Record;

/// <summary>Where the next entry goes: behind the last whole line, and what was found there that a power cut does not explain.</summary>
/// <param name="Offset">Where the next line begins.</param>
/// <param name="Last">The entry that it follows; number 0 before the first.</param>
/// <param name="Note">What was found, for an entry of its own; null when all is as it was left.</param>
/// <param name="Broken">The same where the chain is broken for good; null otherwise.</param>
internal sealed record AuditEnd(long Offset, AuditHead Last, string? Note, string? Broken)
{
    private const int Step = 4096;

    /// <summary>Entries written with one head: what was found, and the deed.</summary>
    private const int MostTogether = 3;

    /// <summary>Looks at the end of the log and at its head.</summary>
    /// <param name="log">Open <c>audit.jsonl</c>.</param>
    /// <param name="headFile">Open <c>audit.head</c>.</param>
    public static AuditEnd Find(IBlockFile log, IBlockFile headFile)
    {
        var (heads, whole) = AuditHeadFile.Read(headFile);
        var head = heads.Count == 0 ? null : heads[0];
        var offset = StartOfTail(log, log.Length);
        var torn = log.Length - offset;
        var notes = new List<string>();
        if (torn > 0)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"it ended with {torn} bytes of an unfinished entry, which were dropped"));
        }

        if (!whole)
        {
            notes.Add("audit.head was damaged and is written anew");
        }

        var last = ReadLast(log, offset);
        if (IsLeftSo(log, offset, head, whole))
        {
            return new AuditEnd(offset, last is null ? new AuditHead(0, AuditLine.NoHash) : new AuditHead(last.Sequence, last.Hash), Joined(notes), Broken: null);
        }

        var follows = head ?? new AuditHead(last?.Sequence ?? CountLines(log, offset), last?.Hash ?? AuditLine.NoHash);
        if (last is not null && last.Sequence > follows.Sequence)
        {
            follows = follows with { Sequence = last.Sequence };
        }

        var found = Describe(last, offset, head);
        notes.Insert(0, found);
        return new AuditEnd(offset, follows, Joined(notes), $"Audit log: {found}.");
    }

    /// <summary>Whether the log ends with the head, or with what was written last and a power cut kept from the head: at most a few entries behind it.</summary>
    private static bool IsLeftSo(IBlockFile log, long end, AuditHead? head, bool whole)
    {
        if (head is null)
        {
            return whole && CountLines(log, end) is var lines && (lines == 0 || (lines <= MostTogether && ReadLast(log, end)?.Sequence == lines));
        }

        AuditEntry? next = null;
        for (var i = 0; i <= MostTogether && end > 0; i++)
        {
            if (ReadLast(log, end) is not { } entry || (next is not null && (next.Sequence != entry.Sequence + 1 || next.Previous != entry.Hash)))
            {
                return false;
            }

            if (entry.Sequence == head.Sequence)
            {
                return entry.Hash == head.Sha256;
            }

            next = entry;
            end = StartOfTail(log, end - 1);
        }

        return false;
    }

    private static string? Joined(List<string> notes) => notes.Count == 0 ? null : string.Join("; ", notes);

    private static string Describe(AuditEntry? last, long offset, AuditHead? head)
    {
        var ends = last is not null ? string.Create(CultureInfo.InvariantCulture, $"it ends with entry {last.Sequence}") : offset == 0 ? "it is empty" : "its last line is no whole entry";
        var expected = head is null ? "audit.head holds no head" : string.Create(CultureInfo.InvariantCulture, $"audit.head says that entry {head.Sequence} was the last");
        return $"{ends}, but {expected}: entries were cut off or changed";
    }

    /// <summary>The last line, when it is whole and its hash is its own.</summary>
    private static AuditEntry? ReadLast(IBlockFile log, long end)
    {
        if (end == 0)
        {
            return null;
        }

        var start = StartOfTail(log, end - 1);
        var line = new byte[end - 1 - start];
        return log.Read(line, start) == line.Length && AuditLine.TryRead(line, out var entry, out var hash) && entry!.Hash == hash ? entry : null;
    }

    /// <summary>Offset behind the last line feed before an offset; 0 where there is none.</summary>
    private static long StartOfTail(IBlockFile log, long before)
    {
        var buffer = new byte[Step];
        while (before > 0)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(Step, before));
            var read = log.Read(part, before - part.Length);
            var at = part[..read].LastIndexOf((byte)'\n');
            if (at >= 0)
            {
                return before - part.Length + at + 1;
            }

            before -= part.Length;
        }

        return 0;
    }

    private static long CountLines(IBlockFile log, long end)
    {
        var buffer = new byte[Step];
        var lines = 0L;
        for (var offset = 0L; offset < end; offset += Step)
        {
            var read = log.Read(buffer.AsSpan(0, (int)Math.Min(Step, end - offset)), offset);
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        return lines;
    }
}
