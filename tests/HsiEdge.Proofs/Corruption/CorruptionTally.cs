using System.Collections.Concurrent;

namespace HsiEdge.Proofs.Corruption;

/// <summary>What the cases showed.</summary>
internal sealed class CorruptionTally
{
    private const int Shown = 20;
    private readonly ConcurrentDictionary<CorruptionOutcome, int> _outcomes = new();
    private readonly ConcurrentDictionary<string, int> _files = new(StringComparer.Ordinal);
    private int _cases;
    private int _reported;
    private long _kept;
    private long _lost;
    private long _slowestTicks;

    public int Cases => _cases;

    public long Kept => Interlocked.Read(ref _kept);

    public long Lost => Interlocked.Read(ref _lost);

    public TimeSpan Slowest => TimeSpan.FromTicks(Interlocked.Read(ref _slowestTicks));

    public int Count(CorruptionOutcome outcome) => _outcomes.GetValueOrDefault(outcome);

    /// <summary>Cases by file and outcome, in a line.</summary>
    public string ByFile() => string.Join(", ", _files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key} {f.Value}"));

    /// <summary>Notes a case.</summary>
    public void Add(string file, CorruptionOutcome outcome, TimeSpan took)
    {
        Interlocked.Increment(ref _cases);
        _outcomes.AddOrUpdate(outcome, 1, static (_, n) => n + 1);
        _files.AddOrUpdate($"{file} {outcome}", 1, static (_, n) => n + 1);
        if (took.Ticks > Interlocked.Read(ref _slowestTicks))
        {
            Interlocked.Exchange(ref _slowestTicks, took.Ticks);
        }
    }

    /// <summary>Notes what was left of a damaged store.</summary>
    public void AddDocuments(int kept, int lost)
    {
        Interlocked.Add(ref _kept, kept);
        Interlocked.Add(ref _lost, lost);
    }

    /// <summary>Prints something wrong.</summary>
    public void Say(string message)
    {
        if (Interlocked.Increment(ref _reported) <= Shown)
        {
            Console.WriteLine($"corruption: {message}");
        }
    }
}

/// <summary>What became of a corruption.</summary>
internal enum CorruptionOutcome
{
    /// <summary>All is there as it was, and nothing was said.</summary>
    Harmless,

    /// <summary>All is there as it was, and it was said.</summary>
    Repaired,

    /// <summary>Something is missing, and it was said.</summary>
    Detected,

    /// <summary>Something is missing, and nothing was said.</summary>
    Silent,

    /// <summary>Something is there that was never written.</summary>
    Wrong,

    /// <summary>An exception that nobody expects.</summary>
    Crashed,
}
