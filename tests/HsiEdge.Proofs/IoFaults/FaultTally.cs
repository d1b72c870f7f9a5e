using System.Collections.Concurrent;

namespace HsiEdge.Proofs.IoFaults;

/// <summary>What the lives showed.</summary>
internal sealed class FaultTally
{
    private const int Shown = 20;
    private readonly ConcurrentDictionary<FaultOutcome, int> _outcomes = new();
    private int _lives;
    private int _hit;
    private int _acknowledged;
    private int _refused;
    private int _reported;
    private long _slowestTicks;

    public int Lives => _lives;

    public int Hit => _hit;

    public int Acknowledged => _acknowledged;

    public int Refused => _refused;

    public TimeSpan Slowest => TimeSpan.FromTicks(Interlocked.Read(ref _slowestTicks));

    public int Count(FaultOutcome outcome) => _outcomes.GetValueOrDefault(outcome);

    /// <summary>Notes a life that ended.</summary>
    public void Lived(bool hit)
    {
        Interlocked.Increment(ref _lives);
        Interlocked.Add(ref _hit, hit ? 1 : 0);
    }

    /// <summary>Notes what was asked and how long the answer took.</summary>
    public void Answered(bool acknowledged, TimeSpan took)
    {
        Interlocked.Increment(ref acknowledged ? ref _acknowledged : ref _refused);
        if (took.Ticks > Interlocked.Read(ref _slowestTicks))
        {
            Interlocked.Exchange(ref _slowestTicks, took.Ticks);
        }
    }

    /// <summary>Notes and prints something wrong.</summary>
    public void Report(FaultOutcome outcome, string message)
    {
        _outcomes.AddOrUpdate(outcome, 1, static (_, n) => n + 1);
        if (Interlocked.Increment(ref _reported) <= Shown)
        {
            Console.WriteLine($"io-faults: {outcome}: {message}");
        }
    }
}

/// <summary>What can be wrong with a life under faults.</summary>
internal enum FaultOutcome
{
    /// <summary>Something acknowledged is gone.</summary>
    Lost,

    /// <summary>A part of something is there, or something that was reported as failed.</summary>
    Half,

    /// <summary>A fault that the health board did not say.</summary>
    Silent,

    /// <summary>After the fault the next write still failed.</summary>
    Unrecovered,

    /// <summary>An answer took longer than 10 s.</summary>
    Hung,

    /// <summary>A refusal was taken for damage.</summary>
    Alarm,
}
