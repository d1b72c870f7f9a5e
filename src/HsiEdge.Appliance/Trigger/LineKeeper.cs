using HsiEdge.Appliance.Watch;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Trigger;

/// <summary>Looks at the watched lines ten times a second and reports in the health of the trigger which is at fault.</summary>
/// <param name="lines">The lines with the watches that know their levels.</param>
/// <param name="health">Where faults are reported.</param>
/// <param name="time">Source of the time.</param>
/// <param name="log">Told once an episode.</param>
internal sealed class LineKeeper(IReadOnlyList<(LineWatch Line, IEdgeWatch Watch)> lines, HealthBoard health, TimeProvider time, ILogger log)
{
    /// <summary>Time between two looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<PinLine, LineFaultKind> _known = [];

    /// <summary>Takes its figures and signs of life.</summary>
    public Instruments Instruments { get => field ?? Instruments.Unwatched; init; }

    /// <summary>Looks until stopped.</summary>
    /// <param name="stopping">Stops it.</param>
    /// <exception cref="PinFaultException">A level cannot be read any more.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var life = Instruments.Watch("board lines", Period);
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            life.Beat();
            foreach (var (line, watch) in lines)
            {
                Look(line, watch);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private void Look(LineWatch line, IEdgeWatch watch)
    {
        var now = KernelTime.Nanoseconds(time);
        line.ObserveLevel(watch.Read(line.Line), now);
        var fault = line.Check(now);
        health.Report(
            TriggerHealth.Component, fault is null ? HealthState.Ok : HealthState.Warning, fault?.Message ?? "", TriggerHealth.Line(line.Line.Name));
        if (fault is null)
        {
            if (_known.Remove(line.Line))
            {
                RoomLog.LineGoodAgain(log, line.Line, line.LostEdges);
            }
        }
        else if (!_known.TryGetValue(line.Line, out var known) || known != fault.Kind)
        {
            _known[line.Line] = fault.Kind;
            Instruments.Room.CountFault(fault);
            RoomLog.LineAtFault(log, fault.Message);
        }
    }
}
