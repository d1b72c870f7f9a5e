namespace HsiEdge.Core.Trigger;

/// <summary>
/// The lines of a board, opened. Outputs are claimed at opening and driven inactive, their safe level, then and again at disposal. Every level is logical.
/// Faults name the line, its chip, what was found and what to do.
/// </summary>
public interface IBoardPins : IAsyncDisposable
{
    /// <summary>Which lines there are.</summary>
    BoardProfile Profile { get; }

    /// <summary>An output, claimed at opening.</summary>
    /// <param name="line">A line of the profile with <see cref="PinLine.IsOutput"/>.</param>
    IOutputPin Output(PinLine line);

    /// <summary>Reads an input once. Not for lines that are watched: their level is the watch's.</summary>
    /// <param name="line">An input line of the profile.</param>
    /// <returns>Whether it is active.</returns>
    /// <exception cref="PinFaultException">It cannot be claimed or read.</exception>
    bool Read(PinLine line);

    /// <summary>Watches inputs: claims them and time-stamps their edges in the kernel, on a thread that only reads.</summary>
    /// <param name="lines">Input lines of the profile, each watched once.</param>
    /// <exception cref="PinFaultException">A line is missing or in use.</exception>
    IEdgeWatch Watch(IReadOnlyList<PinLine> lines);

    /// <summary>Drives every output inactive: on stop, on a fault and when the interlock opens. Does not throw for a line that fails, but reports all of them at the end.</summary>
    /// <exception cref="PinFaultException">One or more lines could not be driven; the others were.</exception>
    void MakeSafe();
}

/// <summary>An output line.</summary>
public interface IOutputPin
{
    /// <summary>Which.</summary>
    PinLine Line { get; }

    /// <summary>Drives it; allocates nothing. One thread at a time.</summary>
    /// <param name="active">Active or inactive.</param>
    /// <exception cref="PinFaultException">The kernel refused.</exception>
    void Set(bool active);
}

/// <summary>Watched input lines. Disposing it releases them.</summary>
public interface IEdgeWatch : IAsyncDisposable
{
    /// <summary>
    /// Edges in the order the kernel saw them. The queue is bounded: when a reader is too slow the oldest stay, further ones are dropped and counted
    /// in <see cref="PinEdge.LostBefore"/> of the next. Completes with a <see cref="PinFaultException"/> when the chip goes away.
    /// </summary>
    System.Threading.Channels.ChannelReader<PinEdge> Edges { get; }

    /// <summary>The level of a watched line now, read from the kernel.</summary>
    /// <param name="line">One of the watched lines.</param>
    bool Read(PinLine line);
}

/// <summary>One edge.</summary>
/// <param name="Line">Where.</param>
/// <param name="Active">The level after it: true when the line became active.</param>
/// <param name="TimestampNanoseconds">Kernel time in ns on CLOCK_MONOTONIC: the clock of <see cref="TimeProvider.GetTimestamp"/> on Linux.</param>
/// <param name="LineSequence">The kernel's count of edges of this line, from 1.</param>
/// <param name="LostBefore">Edges of this line lost since the one before (a gap in the sequence), ≥ 0.</param>
public readonly record struct PinEdge(PinLine Line, bool Active, long TimestampNanoseconds, uint LineSequence, long LostBefore);
