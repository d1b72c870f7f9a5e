using System.Globalization;

namespace HsiEdge.Proofs.Kill;

/// <summary>What one folder must hold, by the word of all victims that wrote to it.</summary>
internal sealed class KillAccount(string folder, KillTally tally)
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly List<AnnouncedWrite> _undecided = [];
    private string? _alerts;

    /// <summary>Results by id, in the order of their announcement.</summary>
    public Dictionary<string, AnnouncedWrite> Results { get; } = new(StringComparer.Ordinal);

    /// <summary>Ledgers without a result by id.</summary>
    public Dictionary<string, AnnouncedWrite> Ledgers { get; } = new(StringComparer.Ordinal);

    /// <summary>Acknowledged alerts, each with its value and messages.</summary>
    public List<AnnouncedWrite> Alerts { get; } = [];

    /// <summary>Whether any victim said that it had opened the store.</summary>
    public bool WasOpened { get; private set; }

    /// <summary>Results and ledgers of the last victim.</summary>
    public List<AnnouncedWrite> Latest { get; } = [];

    /// <summary>Takes what a victim said.</summary>
    /// <returns>Number of writes acknowledged.</returns>
    public int Take(IEnumerable<string> lines)
    {
        Latest.Clear();
        var announced = new Dictionary<string, AnnouncedWrite>(StringComparer.Ordinal);
        foreach (var words in lines.Select(l => l.Split(' ')))
        {
            switch (words[0])
            {
                case "O":
                    WasOpened = true;
                    break;
                case "S":
                    CompareState(words[1], words.AsSpan(2));
                    break;
                case "I":
                    Announce(announced, words);
                    break;
                case "A":
                    announced[words[1]].Acknowledged = true;
                    Commit(announced[words[1]]);
                    break;
                case "B" or "E":
                    break;
                default:
                    throw new InvalidDataException($"The victim said '{string.Join(' ', words)}'.");
            }
        }

        var inFlight = announced.Values.Where(w => w.Committed is null).ToList();
        _undecided.AddRange(inFlight);
        return announced.Count - inFlight.Count;
    }

    /// <summary>Decides a write that was in flight by what the store holds.</summary>
    public void Decide(AnnouncedWrite write, bool committed)
    {
        _undecided.Remove(write);
        if (committed)
        {
            Commit(write);
        }
        else
        {
            write.Committed = false;
        }
    }

    private void Announce(Dictionary<string, AnnouncedWrite> announced, string[] words)
    {
        var write = AnnouncedWrite.Parse(words.AsSpan(2));
        announced.Add(words[1], write);
        var byId = write.Kind switch { 'R' => Results, 'L' => Ledgers, _ => null };
        if (write.Kind == 'T')
        {
            Alerts.Add(write);
        }
        else if (byId is not null)
        {
            Latest.Add(write);
            if (!byId.TryAdd(write.Key, write))
            {
                tally.Fault(KillFault.Duplicate, $"{folder}: the id {write.Key} was made twice.");
            }
        }
    }

    private void Commit(AnnouncedWrite write)
    {
        write.Committed = true;
        if (write.Alerts.Length > 0)
        {
            _alerts = write.Alerts;
        }

        if (write.Kind is 'T' or 'V')
        {
            _values[write.Key] = write.Content;
        }
    }

    // After recovery the state is that of the last acknowledged write, or of the one in flight then; and whole.
    private void CompareState(string alerts, ReadOnlySpan<string> values)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in values)
        {
            var cut = pair.IndexOf('=', StringComparison.Ordinal);
            found.Add(pair[..cut], pair[(cut + 1)..]);
        }

        foreach (var write in _undecided.Where(w => w.Kind is 'T' or 'V').ToList())
        {
            Decide(write, found[write.Key] == write.Content);
        }

        foreach (var (key, value) in found)
        {
            if (value != _values.GetValueOrDefault(key, "-"))
            {
                tally.Fault(KillFault.Lost, $"{folder}: {key} is {value}; the store had acknowledged {_values.GetValueOrDefault(key, "-")}.");
                _values[key] = value;
            }
        }

        if (_alerts is not null && alerts != _alerts)
        {
            tally.Fault(
                KillFault.Half, string.Create(CultureInfo.InvariantCulture, $"{folder}: the open alerts ({alerts}) are not those of the last transaction ({_alerts}) with {found[KillVictim.AlertsKey]} acknowledged."));
            _alerts = alerts;
        }
    }
}
