namespace HsiEdge.Core.Trigger;

/// <summary>Drives outputs at planned times, on a thread of its own with real-time priority where the system allows it. One program at a time.</summary>
public interface IPulseEngine : IAsyncDisposable
{
    /// <summary>
    /// Carries out a program. The actions' offsets count from the moment the thread begins it. When cancelled, or when a line fails, every line that the
    /// program drives is made inactive before the task ends.
    /// </summary>
    /// <param name="program">Actions in order of time.</param>
    /// <param name="progress">
    /// Emptied, then told of each action right after its write, so that a reader knows of a pulse before its frame can be there. As long as the program at least.
    /// </param>
    /// <param name="cancellationToken">Stops within a millisecond.</param>
    /// <exception cref="PinFaultException">A line could not be driven.</exception>
    Task RunAsync(IReadOnlyList<PinAction> program, PulseProgress progress, CancellationToken cancellationToken);
}

/// <summary>One step of a pulse program.</summary>
/// <param name="OffsetMicroseconds">When, in µs after the beginning, ≥ 0 and not before the action ahead of it.</param>
/// <param name="Pin">Which output.</param>
/// <param name="Active">To which level.</param>
public readonly record struct PinAction(double OffsetMicroseconds, IOutputPin Pin, bool Active);
