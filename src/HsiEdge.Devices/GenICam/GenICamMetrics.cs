using System.Diagnostics.Metrics;
using HsiEdge.Core.Pipeline;

namespace HsiEdge.Devices.GenICam;

/// <summary>
/// Figures of one camera for any listener of the meter <c>HsiEdge</c>, beside those of the pipeline: observed when a listener asks, so the thread that reads the frames
/// does nothing for them. Every figure carries the tag <c>camera</c>, its serial.
/// </summary>
internal sealed class GenICamMetrics : IDisposable
{
    private readonly Meter _meter = new(PipelineMetrics.MeterName);
    private readonly GenICamCamera _camera;

    /// <summary>Makes the instruments.</summary>
    /// <param name="camera">Whose figures.</param>
    public GenICamMetrics(GenICamCamera camera)
    {
        _camera = camera;
        Observe("hsiedge.camera.frames", "{frame}", "Frames that came while a capture wanted them", c => c.Frames);
        Observe("hsiedge.camera.frames.dropped", "{frame}", "Frames dropped because those before them had not been taken", c => c.Dropped);
        Observe("hsiedge.camera.frames.unasked", "{frame}", "Frames that came between captures", c => c.Unasked);
        Observe("hsiedge.camera.underruns", "{frame}", "Frames for which the library had no buffer", c => c.Underruns);
        Observe("hsiedge.camera.packets.missing", "{packet}", "Packets missing when their frame was given up, from its first gap on", c => c.MissingPackets);
        Observe("hsiedge.camera.packets.resent", "{packet}", "Packets that came at the second asking", c => c.ResentPackets);
        _meter.CreateObservableCounter("hsiedge.camera.faults", Faults, "{frame}", "Frames that are no picture, by kind: timeout, misfit (size or format), incomplete");
        Observe("hsiedge.camera.losses", "{loss}", "Times the camera went away", _ => camera.Losses);
        Observe("hsiedge.camera.reconnects", "{reconnect}", "Times the camera was found again", _ => camera.Reconnects);
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Faults() =>
    [
        .. Measure(c => c.Timeouts, "timeout"),
        .. Measure(c => c.Misfits, "misfit"),
        .. Measure(c => c.Faults - c.Timeouts - c.Misfits, "incomplete"),
    ];

    private void Observe(string name, string unit, string description, Func<GenICamCounters, long> figure) =>
        _meter.CreateObservableCounter(name, () => Measure(figure), unit, description);

    private IEnumerable<Measurement<long>> Measure(Func<GenICamCounters, long> figure, string? kind = null)
    {
        // Before it is open it has neither a serial nor figures.
        if (_camera.Lines > 0)
        {
            var camera = new KeyValuePair<string, object?>("camera", _camera.Identity.Serial);
            yield return kind is null ? new(figure(_camera.Totals), camera) : new(figure(_camera.Totals), camera, new("kind", kind));
        }
    }
}
