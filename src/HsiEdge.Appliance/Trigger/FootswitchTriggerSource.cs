using HsiEdge.Appliance.Watch;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Appliance.Trigger;

/// <summary>
/// Asks for a capture at every press of the footswitch: one trigger an active edge, with the kernel's time of the edge; releases ask for nothing. A press
/// counts when it stood for the line's debounce time. A line that floats asks for nothing: nobody pressed anything.
/// </summary>
public sealed class FootswitchTriggerSource : ITriggerSource
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);
    private readonly IEdgeWatch _watch;
    private readonly LineWatch _line;
    private readonly TimeProvider _time;
    private readonly Debouncer _debouncer;

    /// <summary>Makes a source and owns its watch.</summary>
    /// <param name="watch">Watches the footswitch line alone.</param>
    /// <param name="line">Told of every edge.</param>
    /// <param name="active">The line's level now: a switch that is held at the start has not been pressed.</param>
    /// <param name="time">Source of the time.</param>
    public FootswitchTriggerSource(IEdgeWatch watch, LineWatch line, bool active, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(watch);
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(time);
        _watch = watch;
        _line = line;
        _time = time;
        _debouncer = new Debouncer(line.Line.DebounceMicroseconds, active);
    }

    /// <summary>Takes its figures and signs of life.</summary>
    internal Instruments Instruments { get => field ?? Instruments.Unwatched; init; }

    /// <inheritdoc/>
    public string Name => "footswitch";

    /// <inheritdoc/>
    /// <exception cref="PinFaultException">The chip went away.</exception>
    public async Task RunAsync(ITriggerSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sink);
        using var life = Instruments.Watch("footswitch", LookPeriod);
        var more = _watch.Edges.WaitToReadAsync(cancellationToken).AsTask();
        while (true)
        {
            life.Beat();
            if (_debouncer.DueNanoseconds is { } due)
            {
                var wait = Math.Max(0, Math.Ceiling((due - KernelTime.Nanoseconds(_time)) / 1e6));
                await Task.WhenAny(more, Task.Delay(TimeSpan.FromMilliseconds(wait), _time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
            else
            {
                // Looks up now and then, to show that it lives.
                await Task.WhenAny(more, Task.Delay(LookPeriod, _time, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (more.IsCompleted)
            {
                if (!await more)
                {
                    return;
                }

                TakeEdges(sink);
                more = _watch.Edges.WaitToReadAsync(cancellationToken).AsTask();
            }

            Answer(_debouncer.Elapse(KernelTime.Nanoseconds(_time)), sink);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    private void TakeEdges(ITriggerSink sink)
    {
        while (_watch.Edges.TryRead(out var edge))
        {
            _line.Observe(edge);
            Instruments.Room.CountEdge(edge, PinRole.Footswitch);
            Answer(_debouncer.Take(edge), sink);
        }
    }

    private void Answer(PinEdge? counted, ITriggerSink sink)
    {
        if (counted is not null)
        {
            Instruments.Room.CountDebounced();
        }

        if (counted is { Active: true } edge && _line.Check(KernelTime.Nanoseconds(_time))?.Kind != LineFaultKind.Floating)
        {
            sink.Post(TriggerCause.Footswitch, _line.Line.ToString(), KernelTime.ToTimestamp(_time, edge.TimestampNanoseconds));
        }
    }
}
