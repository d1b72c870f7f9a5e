using HsiEdge.Core.Acquire;
using HsiEdge.Devices.GenICam;
using HsiEdge.Devices.Phantom;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.IntegrationTests.Acquire;

/// <summary>The scene server through the real protocol: each trigger gives the frame of the band that is next, and nothing else does.</summary>
[Collection("GigE cameras")]
public sealed class SceneCameraTests
{
    private static readonly string PlanPath = Path.Combine(SharedData.RepositoryRoot, "firmware-config", "plans", "phantom-14.json");

    [Fact]
    public async Task Each_trigger_gives_the_frame_of_its_band()
    {
        var plan = ScanPlanFile.Read(PlanPath);
        await using var scene = await SceneCamera.StartAsync("HSI-BANDS", PlanPath);
        await using var camera = Open("HSI-BANDS");
        await camera.OpenAsync(default);
        Assert.Equal((64, 80), (camera.Lines, camera.Samples));
        Assert.True(camera.Identity.Synthetic);
        await camera.ArmAsync(FrameTrigger.Line, default);
        var expected = await DirectAsync(plan);
        ulong? last = null;
        for (var band = 0; band < plan.Wavelengths.Count; band++)
        {
            await camera.SetExposureAsync(plan.ExposureMicroseconds[band], null, default);
            await scene.TriggerAsync();
            var frame = await ReadAsync(camera);
            Assert.Null(frame.Fault);
            Assert.Equal(1, Mean(frame.Pixels) / expected[band], 0.01);
            Assert.True(last is null || frame.FrameId == last + 1, $"frame {frame.FrameId} after {last}");
            last = frame.FrameId;
        }
    }

    [Fact]
    public async Task Without_a_trigger_and_for_an_ignored_one_no_frame_comes()
    {
        await using var scene = await SceneCamera.StartAsync("HSI-QUIET", PlanPath);
        await using var camera = Open("HSI-QUIET");
        await camera.OpenAsync(default);
        await camera.ArmAsync(FrameTrigger.Line, default);
        await scene.TellAsync("drop 1");
        await scene.TriggerAsync();
        using var quiet = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await camera.ReadAsync(quiet.Token));
        await scene.TriggerAsync();
        Assert.Null((await ReadAsync(camera)).Fault);
    }

    [Fact]
    public async Task The_software_trigger_gives_a_frame_too()
    {
        await using var scene = await SceneCamera.StartAsync("HSI-SOFT", PlanPath);
        await using var camera = Open("HSI-SOFT");
        await camera.OpenAsync(default);
        await camera.ArmAsync(FrameTrigger.Software, default);
        for (var i = 0; i < 5; i++)
        {
            await camera.FireAsync(default);
            Assert.Null((await ReadAsync(camera)).Fault);
        }
    }

    private static GenICamCamera Open(string serial) => new(
        new GenICamOptions { Device = serial, Features = new CameraFeatures { Origin = "test", PacketBytes = 1400 } },
        TimeProvider.System,
        NullLogger<GenICamCamera>.Instance);

    private static async Task<CameraFrame> ReadAsync(GenICamCamera camera)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await camera.ReadAsync(limit.Token);
    }

    private static async Task<double[]> DirectAsync(ScanPlan plan)
    {
        await using var camera = new PhantomBandCamera(new PhantomCameraOptions { Seed = 1, Patient = 1, Lines = 64, Samples = 80 }, TimeProvider.System);
        var means = new double[plan.Wavelengths.Count];
        await foreach (var frame in camera.CaptureAsync(ScanSchedule.Of(plan), new NoPulses(), default))
        {
            means[frame.Step!.Value] = Mean(frame.Pixels);
        }

        return means;
    }

    private static double Mean(ReadOnlyMemory<ushort> pixels) => pixels.ToArray().Average(p => (double)p);

    private sealed class NoPulses : ICapturePulses
    {
        public void Sent(int step, long timestamp)
        {
        }

        public void ExposureSeen(long timestamp)
        {
        }
    }
}
