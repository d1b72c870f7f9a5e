using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Acquire;

/// <summary>Trigger → light → pulse → frame → cube through the real protocols, each cube compared wavelength by wavelength with what the scene should have shown.</summary>
[Collection("GigE cameras")]
public sealed class ScanOverGigETests
{
    private static readonly double[] Bands = [1000, 1050, 1100, 1150, 1180, 1210, 1240, 1275, 1300, 1350];
    private static readonly LineTrigger Line = new(PulseMicroseconds: 200, SpacingMicroseconds: null);
    private static readonly GpioLight Binary = new(LightCoding.Binary, [.. Enumerable.Range(0, Bands.Length)], 0, WaitForSync: false);

    public static TheoryData<string, ScanPlan> Plans => new()
    {
        { "LINE", Plan(Line, Binary) },
        { "SPACED", Plan(new LineTrigger(200, 250_000), Binary) },
        { "STEPPED", Plan(Line, new GpioLight(LightCoding.StepPulse, [.. Enumerable.Range(1, Bands.Length)], 200, false)) },
        { "SOFT", Plan(SoftwareTrigger.Instance, new CameraLight("HsiBandIndex", [.. Enumerable.Range(0, Bands.Length).Select(b => (long)b)], Bands.Length)) },
        { "ORDER", Plan(Line, Binary) with { Order = [9, 0, 8, 1, 7, 2, 6, 3, 5, 4], Averages = 2, DarkEvery = 4 } },
    };

    [Theory]
    [MemberData(nameof(Plans), DisableDiscoveryEnumeration = true)]
    public async Task Each_band_of_a_cube_is_what_the_scene_shows_at_its_wavelength(string name, ScanPlan plan)
    {
        await using var bench = await ScanBench.OpenAsync("SCAN-" + name, plan);
        for (var pose = 0; pose < 3; pose++)
        {
            using var acquired = await CaptureWholeAsync(bench, pose);
            await AssertShowsAsync(plan, pose, acquired);
            var ledger = acquired.Ledger;
            Assert.Equal(ScanSchedule.Of(plan).Steps.Count, ledger.Pulses.Count);
            Assert.All(ledger.Pulses, p => Assert.True(p is { SentMicroseconds: not null, Verdict: not PulseVerdict.Missed }, p.ToString()));
            Assert.Equal(ledger.Pulses.Count, ledger.Frames.Count);
            if (plan.Trigger is LineTrigger)
            {
                Assert.All(ledger.Pulses, p => Assert.True(p.EdgeMicroseconds >= p.SentMicroseconds, p.ToString()));
            }
        }
    }

    [Fact]
    public async Task A_trigger_that_the_camera_ignores_costs_the_capture_and_no_band_is_shifted_into_the_next()
    {
        var plan = Plan(Line, Binary);
        await using var bench = await ScanBench.OpenAsync("SCAN-DROP", plan);
        using (var before = await CaptureWholeAsync(bench, pose: 0))
        {
            await AssertShowsAsync(plan, 0, before);
        }

        bench.Scene.Ignore(1);
        var fault = await Assert.ThrowsAsync<CameraFaultException>(() => bench.CaptureAsync());
        var pulses = fault.Ledger!.Pulses;
        Assert.Equal(plan.Wavelengths.Count, pulses.Count(p => p.SentMicroseconds is not null));
        Assert.Equal(PulseVerdict.Missed, pulses[0].Verdict);
        Assert.Null(pulses[0].EdgeMicroseconds);
        using var after = await CaptureWholeAsync(bench, pose: 1);
        await AssertShowsAsync(plan, 1, after);
    }

    [Fact]
    public async Task A_camera_killed_in_mid_cube_costs_that_capture_and_the_next_is_whole_once_it_is_back()
    {
        // The band goes with each trigger: a scene that only counts triggers would be one off after a trigger of the lost capture that reaches the new camera.
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            folder.File("plan.json"),
            """
            {
              "name": "kill", "wavelengths": [1000, 1050, 1100, 1150, 1180, 1210, 1240, 1275], "exposureMicroseconds": 2000, "pixelPitchMillimetres": 0.2, "averages": 10,
              "light": { "kind": "camera", "feature": "HsiBandIndex" }
            }
            """);
        var plan = ScanPlanFile.Read(folder.File("plan.json"));
        var scene = await SceneCamera.StartAsync("SCAN-KILL", folder.File("plan.json"), size: $"{ScanBench.Samples}x{ScanBench.Lines}");
        var camera = ScanBench.CameraOf("SCAN-KILL");
        await using var cubes = ScanBench.CubesOf(camera, plan, board: null, pulses: null);
        try
        {
            await cubes.OpenAsync(default);
            using (var before = await CaptureWholeAsync(() => scene.TellAsync("pose 0"), () => ScanBench.CaptureAsync(cubes, 1)))
            {
                await AssertShowsAsync(plan, 0, before);
            }

            var frames = camera.Counters.Frames;
            var capture = ScanBench.CaptureAsync(cubes, 2);
            await WaitAsync(() => camera.Counters.Frames >= frames + 5, "the capture is under way");
            await scene.KillAsync();
            var fault = await Assert.ThrowsAsync<CameraFaultException>(() => capture);
            Assert.NotNull(fault.Ledger!.Pulses[0].SentMicroseconds);
            Assert.Contains(fault.Ledger.Pulses, p => p.Verdict == PulseVerdict.Missed);
            await WaitAsync(() => camera.AwayReason is not null, "the camera is known to be away");

            await scene.DisposeAsync();
            scene = await SceneCamera.StartAsync("SCAN-KILL", folder.File("plan.json"), size: $"{ScanBench.Samples}x{ScanBench.Lines}");
            await WaitAsync(() => camera.AwayReason is null, "the camera is back");
            using var after = await CaptureWholeAsync(() => scene.TellAsync("pose 0"), () => ScanBench.CaptureAsync(cubes, 3));
            await AssertShowsAsync(plan, 0, after);
        }
        finally
        {
            await scene.DisposeAsync();
        }
    }

    private static ScanPlan Plan(TriggerPlan trigger, LightPlan light) =>
        new("bench", new WavelengthAxis(Bands), [.. Enumerable.Repeat(2000.0, Bands.Length)], 5000, 0.2, StoreRawCube: false) { Trigger = trigger, Light = light };

    /// <summary>
    /// Takes a cube of a pose. A machine that is busy with other things may not hold the plan: such a capture is a fault that accounts for its pulses, and is taken again.
    /// </summary>
    private static async Task<AcquiredCube> CaptureWholeAsync(Func<Task> turn, Func<Task<AcquiredCube>> capture)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await turn();
                return await capture();
            }
            catch (CameraFaultException e) when (attempt < 20)
            {
                Assert.Contains(e.Ledger!.Pulses, p => p.Verdict == PulseVerdict.Missed);
            }
        }
    }

    private static Task<AcquiredCube> CaptureWholeAsync(ScanBench bench, int pose) => CaptureWholeAsync(
        () =>
        {
            bench.Scene.TurnTo(pose);
            return Task.CompletedTask;
        },
        bench.CaptureAsync);

    /// <summary>Within 1 % in every band; a cube whose bands are shifted by one would be further off somewhere.</summary>
    private static async Task AssertShowsAsync(ScanPlan plan, int pose, AcquiredCube acquired)
    {
        const double tolerance = 0.01;
        var (expected, means) = (await ScanBench.RenderedAsync(plan, pose), ScanBench.MeansOf(acquired));
        Assert.All(expected.Zip(means), p => Assert.Equal(1, p.Second / p.First, tolerance));
        Assert.Contains(expected.Zip(means.Skip(1)), p => Math.Abs((p.Second / p.First) - 1) > 5 * tolerance);
    }

    private static async Task WaitAsync(Func<bool> isSo, string what)
    {
        for (var attempt = 0; attempt < 6000; attempt++)
        {
            if (isSo())
            {
                return;
            }

            await Task.Delay(5);
        }

        Assert.Fail($"It never came about that {what}.");
    }
}
