using System.Globalization;
using System.Text;
using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Record;

/// <summary>The chain as it is gone through, line by line.</summary>
/// <param name="anchors">Entries that have to be in it.</param>
internal sealed class AuditChain(IReadOnlyList<AuditAnchor> anchors)
{
    private const int ShownBytes = 60;

    /// <summary>A power cut after the first entries leaves no head yet.</summary>
    private const int MostWithoutHead = 3;
    private readonly List<AuditFault> _faults = [];
    private readonly List<string> _notes = [];
    private readonly Dictionary<AuditAnchor, AuditHead?> _seen = anchors.Distinct().ToDictionary(a => a, _ => (AuditHead?)null);
    private long _line;
    private long _entries;
    private long _moreFaults;
    private long _expected = 1;
    private string? _previous = AuditLine.NoHash;
    private AuditHead? _head;

    /// <summary>Takes the next line.</summary>
    /// <param name="bytes">Without its line feed.</param>
    /// <param name="whole">Whether it had one.</param>
    public void Take(byte[] bytes, bool whole)
    {
        _line++;
        if (!whole)
        {
            _notes.Add($"Line {_line} is unfinished ({bytes.Length} bytes): the power went while it was written, or it is being written now. The next entry replaces it.");
            return;
        }

        if (!AuditLine.TryRead(bytes, out var entry, out var hash))
        {
            Fault(Show(bytes), $"entry {_expected}: a JSON object whose last member is its hash");
            (_expected, _previous) = (_expected + 1, null);
            return;
        }

        Check(entry!, hash);
        _entries++;
        _head = new AuditHead(entry!.Sequence, entry.Hash);
        foreach (var anchor in _seen.Keys.Where(a => a.Head.Sequence == entry.Sequence && _seen[a]?.Sha256 != a.Head.Sha256).ToList())
        {
            _seen[anchor] = _head;
        }

        (_expected, _previous) = (entry.Sequence + 1, entry.Hash);
    }

    /// <summary>After the last line.</summary>
    /// <param name="headIsReadable">Whether <c>audit.head</c> could be read, or is not there.</param>
    /// <param name="headExists">Whether it is there.</param>
    public AuditVerification End(bool headIsReadable, bool headExists)
    {
        _line = 0;
        if (!headIsReadable)
        {
            Fault("audit.head holds something else than number, hash and check of entries", "number, hash and check of the last two entries");
        }
        else if (!headExists && _entries > MostWithoutHead)
        {
            Fault("audit.head is missing", "number and hash of the last entry");
        }

        foreach (var (anchor, seen) in _seen.Where(s => s.Value?.Sha256 != s.Key.Head.Sha256))
        {
            var ends = _head is null ? "the log has no entry" : string.Create(CultureInfo.InvariantCulture, $"the log ends with entry {_head.Sequence}");
            Fault(
                seen is null ? ends : $"entry {seen.Sequence} with hash {seen.Sha256}",
                $"entry {anchor.Head.Sequence.ToString(CultureInfo.InvariantCulture)} with hash {anchor.Head.Sha256}, which {anchor.Keeper} remembers: entries were cut off or written anew");
        }

        if (_moreFaults > 0)
        {
            _notes.Add($"{_moreFaults} more faults are not listed.");
        }

        return new AuditVerification(_entries, _head, _faults, _notes);
    }

    private void Check(AuditEntry entry, string hash)
    {
        if (entry.Hash != hash)
        {
            Fault($"hash {entry.Hash}", $"hash {hash}, which the line's bytes have: the line was changed");
        }

        if (entry.Sequence != _expected)
        {
            Fault($"entry {entry.Sequence}", $"entry {_expected}: lines were taken out, put in or put elsewhere");
        }

        if (_previous is not null && entry.Previous != _previous)
        {
            Fault($"previous {entry.Previous}", $"previous {_previous}, the hash of the line before");
        }
    }

    private void Fault(string found, string expected)
    {
        if (_faults.Count < AuditReader.MostFaults)
        {
            _faults.Add(new AuditFault(_line, found, expected));
        }
        else
        {
            _moreFaults++;
        }
    }

    private static string Show(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, ShownBytes)));
        var shown = string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));
        return bytes.Length == 0 ? "an empty line" : $"no entry: {shown}{(bytes.Length > ShownBytes ? "…" : "")}";
    }
}
