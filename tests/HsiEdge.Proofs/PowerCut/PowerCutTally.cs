using System.Collections.Concurrent;

namespace HsiEdge.Proofs.PowerCut;

/// <summary>What the images of a power cut showed.</summary>
internal sealed class PowerCutTally
{
    private const int Shown = 20;
    private readonly ConcurrentDictionary<PowerCutFault, int> _faults = new();
    private long _documents;
    private long _slowestTicks;
    private int _images;
    private int _second;
    private int _reported;

    /// <summary>Images opened.</summary>
    public int Images => _images;

    /// <summary>Images of a power cut during the recovery from another.</summary>
    public int Second => _second;

    /// <summary>Acknowledged documents found again, over all images.</summary>
    public long Documents => Interlocked.Read(ref _documents);

    /// <summary>The longest opening with a full read.</summary>
    public TimeSpan Slowest => TimeSpan.FromTicks(Interlocked.Read(ref _slowestTicks));

    /// <summary>How often something was wrong.</summary>
    public int Count(PowerCutFault fault) => _faults.GetValueOrDefault(fault);

    /// <summary>Notes an image that was opened.</summary>
    public void Opened(TimeSpan took)
    {
        Interlocked.Increment(ref _images);
        if (took.Ticks > Interlocked.Read(ref _slowestTicks))
        {
            Interlocked.Exchange(ref _slowestTicks, took.Ticks);
        }
    }

    /// <summary>Notes documents found as they were acknowledged.</summary>
    public void Checked(int documents) => Interlocked.Add(ref _documents, documents);

    /// <summary>Notes a second cut.</summary>
    public void CutAgain() => Interlocked.Increment(ref _second);

    /// <summary>Notes and prints something wrong.</summary>
    public void Report(PowerCutFault fault, string message)
    {
        _faults.AddOrUpdate(fault, 1, static (_, n) => n + 1);
        if (Interlocked.Increment(ref _reported) <= Shown)
        {
            Console.WriteLine($"power-cut: {fault}: {message}");
        }
    }
}

/// <summary>What can be wrong after a power cut.</summary>
internal enum PowerCutFault
{
    /// <summary>Something acknowledged is not there, or not as it was.</summary>
    Lost,

    /// <summary>A part of a transaction is there.</summary>
    Half,

    /// <summary>The store does not open or cannot be written.</summary>
    Unreadable,

    /// <summary>The store speaks of damage, though a power cut explains all of it.</summary>
    Alarm,
}
