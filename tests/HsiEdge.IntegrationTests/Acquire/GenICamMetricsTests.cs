using System.Diagnostics.Metrics;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Pipeline;
using Xunit;

namespace HsiEdge.IntegrationTests.Acquire;

/// <summary>What a listener of the product's meter learns of a camera.</summary>
public sealed class GenICamMetricsTests
{
    [Fact]
    public async Task Figures_of_the_camera_go_on_over_its_going_and_coming()
    {
        await using var rig = await GenICamRig.OpenAsync(GenICamRig.Features);
        using var figures = new CameraFigures(rig.Fake.Serial);
        Assert.Equal(("0", "0", "0", "0"), (figures["frames"], figures["faults misfit"], figures["losses"], figures["reconnects"]));

        await rig.Camera.ArmAsync(FrameTrigger.Software, GenICamRig.Within(10));
        await TakeAsync(rig, 3);
        await rig.Camera.SetFeatureAsync("Width", 100, GenICamRig.Within(10));
        await TakeAsync(rig, 1);
        Assert.Equal(("4", "1", "0", "0"), (figures["frames"], figures["faults misfit"], figures["faults timeout"], figures["faults incomplete"]));

        await rig.Fake.KillAsync();
        await GenICamRig.UntilAsync(() => rig.Camera.AwayReason is not null, "the camera is missed");
        Assert.Equal(("4", "1", "1", "0"), (figures["frames"], figures["faults misfit"], figures["losses"], figures["reconnects"]));
        await rig.Fake.StartAgainAsync(untilFound: false);
        await GenICamRig.UntilAsync(() => rig.Camera.AwayReason is null, "the camera is found again");
        await rig.Camera.ArmAsync(FrameTrigger.Software, GenICamRig.Within(10));
        await TakeAsync(rig, 2);
        Assert.Equal(("6", "1", "1", "1"), (figures["frames"], figures["faults misfit"], figures["losses"], figures["reconnects"]));
        Assert.Equal((2L, 6L), (rig.Camera.Counters.Frames, rig.Camera.Totals.Frames));
        Assert.Equal(
            ["dropped", "faults incomplete", "faults misfit", "faults timeout", "frames", "losses", "packets.missing", "packets.resent", "reconnects", "unasked", "underruns"],
            figures.Names);

        // A camera that is closed is no figure any more.
        await rig.Camera.DisposeAsync();
        Assert.Empty(figures.Names);
    }

    private static async Task TakeAsync(GenICamRig rig, int frames)
    {
        for (var i = 0; i < frames; i++)
        {
            await rig.Camera.FireAsync(GenICamRig.Within(10));
            await rig.Camera.ReadAsync(GenICamRig.Within(10));
        }
    }

    /// <summary>Listens to one camera; asks anew each time.</summary>
    private sealed class CameraFigures : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly SortedDictionary<string, string> _figures = new(StringComparer.Ordinal);

        public CameraFigures(string serial)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == PipelineMetrics.MeterName && instrument.Name.StartsWith("hsiedge.camera.", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            {
                var known = tags.ToArray().ToDictionary(t => t.Key, t => (string)t.Value!);
                if (known["camera"] == serial)
                {
                    var name = instrument.Name.Replace("hsiedge.camera.", "", StringComparison.Ordinal).Replace("frames.", "", StringComparison.Ordinal);
                    _figures.Add(known.TryGetValue("kind", out var kind) ? $"{name} {kind}" : name, $"{value}");
                }
            });
            _listener.Start();
        }

        public IReadOnlyList<string> Names
        {
            get
            {
                Ask();
                return [.. _figures.Keys];
            }
        }

        public string this[string name]
        {
            get
            {
                Ask();
                return _figures[name];
            }
        }

        public void Dispose() => _listener.Dispose();

        private void Ask()
        {
            _figures.Clear();
            _listener.RecordObservableInstruments();
        }
    }
}
