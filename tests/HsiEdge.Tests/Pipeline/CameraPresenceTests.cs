using HsiEdge.Appliance.Hosting;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Trigger;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Pipeline;

public sealed class CameraPresenceTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task While_the_camera_is_away_triggers_are_refused_with_the_reason_until_it_is_back()
    {
        using var metrics = new PipelineMetrics();
        using var stop = new CancellationTokenSource();
        var desk = new TriggerDesk(_time, metrics, NullLogger<TriggerDesk>.Instance);
        var health = new HealthBoard(_time);
        await using var camera = new ScriptedFrameCamera(_time);
        desk.Open();
        var running = new CameraPresence(camera, desk, health, _time, NullLogger.Instance).RunAsync(stop.Token);

        camera.AwayReason = "no answer from 192.168.10.20; check its cable";
        await SeenAsync(health, HealthState.Failed);
        var receipt = desk.Post(TriggerCause.Footswitch);
        Assert.Equal("the camera is away: no answer from 192.168.10.20; check its cable", receipt.RefusalReason);
        Assert.Equal(1, desk.Totals.RefusedByReason["camera away"]);

        // As the capture does that it went away in.
        health.Report("camera", HealthState.Warning, "it went away", CapturePipeline.FaultCause);
        camera.AwayReason = null;
        await SeenAsync(health, HealthState.Ok);
        Assert.True(desk.Post(TriggerCause.Footswitch).Accepted);

        camera.AwayReason = "gone again";
        await SeenAsync(health, HealthState.Failed);
        Assert.Contains("gone again", desk.Post(TriggerCause.Footswitch).RefusalReason, StringComparison.Ordinal);
        await stop.CancelAsync();
        await running;
        Assert.StartsWith("busy", desk.Post(TriggerCause.Footswitch).RefusalReason, StringComparison.Ordinal);
    }

    private async Task SeenAsync(HealthBoard health, HealthState state)
    {
        var moved = TimeSpan.Zero;
        while (health.Snapshot().Items.FirstOrDefault(i => i.Component == "camera")?.State != state)
        {
            Assert.True(moved < TimeSpan.FromSeconds(60), $"The camera's health never became {state}.");
            _time.Advance(TimeSpan.FromMilliseconds(100));
            moved += TimeSpan.FromMilliseconds(100);
            await Task.Delay(1);
        }
    }
}
