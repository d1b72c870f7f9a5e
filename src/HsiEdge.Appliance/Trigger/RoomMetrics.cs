using System.Diagnostics.Metrics;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Appliance.Trigger;

/// <summary>Figures of the board's input lines on the meter <c>HsiEdge</c>; without a listener they cost next to nothing.</summary>
internal sealed class RoomMetrics : IDisposable
{
    private readonly Meter _meter = new(PipelineMetrics.MeterName);
    private readonly Counter<long> _edges;
    private readonly Counter<long> _counted;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _faults;
    private readonly Counter<long> _openings;

    /// <summary>Makes the instruments.</summary>
    public RoomMetrics()
    {
        _edges = _meter.CreateCounter<long>("hsiedge.board.edges", "{edge}", "Edges of an input line that the kernel handed over");
        _counted = _meter.CreateCounter<long>("hsiedge.board.edges.debounced", "{edge}", "Edges of the footswitch that stood for the debounce time");
        _lost = _meter.CreateCounter<long>("hsiedge.board.edges.lost", "{edge}", "Edges of an input line that the kernel dropped");
        _faults = _meter.CreateCounter<long>("hsiedge.board.line.faults", "{episode}", "Episodes in which an input line was at fault, by kind");
        _openings = _meter.CreateCounter<long>("hsiedge.interlock.openings", "{opening}", "Times the interlock opened");

        // What was never counted is 0, not missing.
        foreach (var role in (PinRole[])[PinRole.Footswitch, PinRole.Interlock])
        {
            _edges.Add(0, Line(role));
            _lost.Add(0, Line(role));
            foreach (var kind in Enum.GetValues<LineFaultKind>())
            {
                _faults.Add(0, Line(role), Kind(kind));
            }
        }

        _counted.Add(0);
        _openings.Add(0);
    }

    /// <summary>Counts an edge, and those lost before it.</summary>
    public void CountEdge(in PinEdge edge, PinRole role)
    {
        _edges.Add(1, Line(role));
        _lost.Add(edge.LostBefore, Line(role));
    }

    /// <summary>Counts an edge of the footswitch that counts.</summary>
    public void CountDebounced() => _counted.Add(1);

    /// <summary>Counts the begin of a fault.</summary>
    public void CountFault(LineFault fault) => _faults.Add(1, Line(fault.Line.Role), Kind(fault.Kind));

    /// <summary>Counts an opening of the interlock.</summary>
    public void CountOpening() => _openings.Add(1);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Line(PinRole role) => new("line", Figures.Word(role));

    private static KeyValuePair<string, object?> Kind(LineFaultKind kind) => new("kind", Figures.Word(kind));
}
