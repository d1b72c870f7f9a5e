using System.Collections.Concurrent;

namespace HsiEdge.Proofs.Kill;

/// <summary>What the proof has counted; the first faults of each kind are printed as they are found.</summary>
internal sealed class KillTally(int seed)
{
    private const int Printed = 20;
    private readonly ConcurrentDictionary<KillFault, long> _faults = new();
    private readonly ConcurrentDictionary<KillPoint, long> _kills = new();
    private long _runs;
    private long _acknowledged;
    private long _checked;
    private long _delivered;
    private long _stopped;
    private long _expired;

    /// <summary>Seed of the whole proof.</summary>
    public int Seed { get; } = seed;

    /// <summary>Victims that have ended.</summary>
    public long Runs => Interlocked.Read(ref _runs);

    /// <summary>Writes that the store acknowledged.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Different messages that the consumer had to get and got.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Results compared bit by bit.</summary>
    public long Checked => Interlocked.Read(ref _checked);

    /// <summary>Of these, such as had lost maps and overlay to their age.</summary>
    public long Expired => Interlocked.Read(ref _expired);

    /// <summary>Victims that had stopped before SIGKILL was due.</summary>
    public long Stopped => Interlocked.Read(ref _stopped);

    /// <summary>Notes a fault.</summary>
    public void Fault(KillFault fault, string what)
    {
        if (_faults.AddOrUpdate(fault, 1, (_, n) => n + 1) <= Printed)
        {
            Console.WriteLine($"{fault}: {what}");
        }
    }

    /// <summary>How many faults of a kind.</summary>
    public long Count(KillFault fault) => _faults.GetValueOrDefault(fault);

    /// <summary>Notes a victim's end.</summary>
    public void Ended(KillPoint? killed, int acknowledged)
    {
        Interlocked.Increment(ref _runs);
        Interlocked.Add(ref _acknowledged, acknowledged);
        if (killed is { } point)
        {
            _kills.AddOrUpdate(point, 1, (_, n) => n + 1);
        }
        else
        {
            Interlocked.Increment(ref _stopped);
        }
    }

    /// <summary>Notes results compared.</summary>
    public void Compared(int results) => Interlocked.Add(ref _checked, results);

    /// <summary>Notes a result whose maps and overlay the store removed because of their age.</summary>
    public void FoundExpired() => Interlocked.Increment(ref _expired);

    /// <summary>Notes messages that arrived.</summary>
    public void Arrived(int messages) => Interlocked.Add(ref _delivered, messages);

    /// <summary>Kills by where they came.</summary>
    public string Kills() => string.Join(", ", _kills.OrderBy(k => k.Key).Select(k => $"{k.Value} {Name(k.Key)}"));

    private static string Name(KillPoint point) => point switch
    {
        KillPoint.Time => "at a random time",
        KillPoint.Open => "at open and in recovery",
        KillPoint.Write => "in a write of the log",
        KillPoint.Sync => "at a sync",
        KillPoint.Checkpoint => "in a checkpoint",
        KillPoint.Cut => "at a log cut",
        _ => "in a clean stop",
    };
}

/// <summary>What must never be.</summary>
internal enum KillFault
{
    /// <summary>Something acknowledged is gone or differs by a bit.</summary>
    Lost,

    /// <summary>An id is there twice, or with two contents.</summary>
    Duplicate,

    /// <summary>A store, or something in it, cannot be read.</summary>
    Unreadable,

    /// <summary>Part of a transaction is there and part is not.</summary>
    Half,

    /// <summary>A message that the store acknowledged never reached the consumer.</summary>
    Undelivered,

    /// <summary>The proof itself failed: its figures say nothing then.</summary>
    Harness,
}
