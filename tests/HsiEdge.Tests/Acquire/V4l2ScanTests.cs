using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;
using HsiEdge.Devices.Light;
using HsiEdge.Devices.Scan;
using HsiEdge.Devices.V4l2;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Acquire;

/// <summary>A whole capture through the V4L2 adapter: the board's line triggers the sensor behind the stand-in, whose own filter makes the light.</summary>
public sealed class V4l2ScanTests : ICapturePulses
{
    private readonly List<int> _sent = [];

    [Fact]
    public async Task A_plan_is_taken_with_one_pulse_and_one_frame_a_band_in_the_light_of_the_sensors_filter()
    {
        var kernel = new KernelVideo();
        var sensor = kernel.Plug(new VideoSensor().With(0x009A2001, "Exposure", type: 5, 1, 100_000).With(0x009A2004, "Filter Position", type: 1, 0, 63));
        var settings = new V4l2Settings { PixelFormat = V4l2PixelFormat.Y12, ExposureControl = "exposure", ExposureUnitMicroseconds = 1, LineTrigger = [] };
        await using var board = new SimulatedBoard(new BoardDescription(
            new BoardProfile("bench", "Bench", Simulated: true, [new PinLine(PinRole.CameraTrigger, 0, "chip", "TRIGGER", ActiveLow: false, PinBias.AsIs, 0, null)]), []));
        using var wire = board.Observe(change =>
        {
            if (change.Active)
            {
                kernel.Expose(sensor, sensor.Image((_, sample) => (100 * (int)sensor.ValueOf("Filter Position")) + sample));
            }
        });
        await using var pulses = new PulseThread(new PulseThreadOptions(), NullLogger<PulseThread>.Instance);
        var camera = new V4l2Camera(new V4l2Options { Settings = settings }, kernel, TimeProvider.System, NullLogger<V4l2Camera>.Instance);
        var schedule = ScanSchedule.Of(ScanRig.Plan(8, new LineTrigger(100, null), new CameraLight("filter_position", [3, 1, 4, 15, 9, 2, 6, 5], null)));
        var counts = new List<int>();
        await using (var scanner = new ScanningCamera(
            new ScanningParts { Camera = camera, Light = new CameraLightSource(camera), Board = board, Pulses = pulses },
            new ScanningOptions { FrameTimeoutMilliseconds = 10_000 }, TimeProvider.System, NullLogger<ScanningCamera>.Instance))
        {
            await scanner.OpenAsync(schedule, TestContext.Current.CancellationToken);
            await foreach (var frame in scanner.CaptureAsync(schedule, this, TestContext.Current.CancellationToken))
            {
                Assert.True(frame.Complete);
                counts.Add(frame.Pixels.Span[5]);
            }
        }

        Assert.Equal([305, 105, 405, 1505, 905, 205, 605, 505], counts);
        Assert.Equal(Enumerable.Range(0, 8), _sent);
        Assert.Equal((0, 0), (kernel.OpenFiles, kernel.Mappings));
    }

    void ICapturePulses.Sent(int step, long timestamp) => _sent.Add(step);

    void ICapturePulses.ExposureSeen(long timestamp) => throw new InvalidOperationException("The board has no such line.");
}
