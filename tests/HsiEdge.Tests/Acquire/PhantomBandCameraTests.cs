using System.Diagnostics;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Phantom;
using HsiEdge.Phantom.Instrument;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Acquire;

public sealed class PhantomBandCameraTests(ITestOutputHelper output)
{
    private static readonly ScanPlan Plan = new("test", WavelengthAxis.Linear(1000, 1600, 6), [.. Enumerable.Repeat(2000.0, 6)], 0, 0.5, false);
    private static readonly PhantomCameraOptions Small = new() { Seed = 5, Lines = 24, Samples = 30 };

    [Fact]
    public async Task Two_cameras_of_one_seed_see_the_same_and_fresh_noise_in_every_capture()
    {
        await using var one = await OpenAsync(Small);
        await using var two = await OpenAsync(Small);
        for (var capture = 0; capture < 3; capture++)
        {
            using var a = await one.AcquireAsync(Trigger(capture), default);
            using var b = await two.AcquireAsync(Trigger(capture), default);
            Assert.True(((RawCube)a.Cube).Values.SequenceEqual(((RawCube)b.Cube).Values));
        }

        await using var still = await OpenAsync(Small with { Script = new SceneScript([new ScenePose(0, 0)]) });
        using var first = await still.AcquireAsync(Trigger(1), default);
        using var second = await still.AcquireAsync(Trigger(2), default);
        Assert.False(((RawCube)first.Cube).Values.SequenceEqual(((RawCube)second.Cube).Values));
    }

    [Fact]
    public void The_default_script_lets_an_alert_be_raised_and_ended_within_twenty_captures()
    {
        var shown = Enumerable.Range(0, 20).Select(i => SceneScript.Default.ShowsLesion(i)).ToList();
        Assert.InRange(shown.Count(s => s), 8, 12);
        var start = shown.IndexOf(true);
        Assert.InRange(start, 1, 5);
        Assert.True(shown.Skip(start).TakeWhile(s => s).Count() >= 4);
        var gone = shown.Skip(start).SkipWhile(s => s).TakeWhile(s => !s).Count();
        Assert.True(gone >= 4, $"out of view for {gone} captures");
    }

    [Fact]
    public async Task References_calibrate_what_the_camera_sees()
    {
        await using var camera = new PhantomBandCamera(Small, TimeProvider.System);
        var set = await camera.TakeSetAsync(camera.Identity, Plan, "set-1", TimeProvider.System, default);
        Assert.Equal(camera.Identity.Serial, set.CameraSerial);
        Assert.Equal(Plan.ExposureMicroseconds, set.ExposureMicroseconds);
        Assert.Equal(new CubeShape(24, 30, 6), set.White.Shape);
        Assert.All(Enumerable.Range(0, 6), b => Assert.InRange(set.White.Spectrum(12, 14)[b] - set.Dark!.Spectrum(12, 14)[b], 1000, 14000));

        await foreach (var frame in camera.CaptureAsync(ScanSchedule.Of(Plan), new CaptureLedger(ScanSchedule.Of(Plan), 0, TimeProvider.System, 100), default))
        {
            var median = frame.Pixels.ToArray().Order().ElementAt(frame.Pixels.Length / 2);
            var reflectance = (median - set.Dark!.Spectrum(12, 14)[frame.Step!.Value]) / (set.White.Spectrum(12, 14)[frame.Step!.Value] - set.Dark.Spectrum(12, 14)[frame.Step!.Value]);
            Assert.InRange(reflectance, 0.003, 0.7);
        }
    }

    [Theory]
    [InlineData(PhantomFault.Dropped, 5, 1, 0)]
    [InlineData(PhantomFault.Incomplete, 5, 1, 0)]
    [InlineData(PhantomFault.CameraFault, 3, 0, 0)]
    [InlineData(PhantomFault.Duplicate, 6, 0, 1)]
    public async Task Injected_faults_come_out_in_the_ledger(PhantomFault fault, int paired, int missed, int spurious)
    {
        await using var source = await OpenAsync(Small with { Faults = (capture, band) => capture == 0 && band == 3 ? fault : PhantomFault.None });
        LedgerSummary ledger;
        if (paired < 6)
        {
            ledger = (await Assert.ThrowsAsync<CameraFaultException>(() => source.AcquireAsync(Trigger(1), default))).Ledger!.Summarize();
        }
        else
        {
            using var cube = await source.AcquireAsync(Trigger(1), default);
            ledger = cube.Ledger.Summarize();
        }

        Assert.Equal(new LedgerSummary(paired + missed, paired, 0, missed, spurious), ledger);
        using var next = await source.AcquireAsync(Trigger(2), default);
        Assert.Equal(6, next.Ledger.Summarize().Paired);
        Assert.Equal(1, source.Pool.RentedCubes);
    }

    [Fact]
    public async Task A_silent_camera_is_given_up()
    {
        var time = new FakeTimeProvider();
        await using var source = await OpenAsync(Small with { Faults = (_, band) => band == 2 ? PhantomFault.Silence : PhantomFault.None }, time);
        var capture = source.AcquireAsync(Trigger(1), default);
        time.Advance(TimeSpan.FromSeconds(5));
        var error = await Assert.ThrowsAsync<CameraFaultException>(() => capture);
        Assert.Equal(2, error.Ledger!.Summarize().Paired);
    }

    [Fact]
    public async Task Frames_keep_the_period_asked_for()
    {
        var time = new FakeTimeProvider();
        await using var camera = new PhantomBandCamera(Small with { FramePeriod = TimeSpan.FromMilliseconds(10) }, time);
        var begun = time.GetTimestamp();
        await using var frames = camera.CaptureAsync(ScanSchedule.Of(Plan), new CaptureLedger(ScanSchedule.Of(Plan), 0, time, 100), default).GetAsyncEnumerator();
        for (var band = 0; band < 6; band++)
        {
            var next = frames.MoveNextAsync().AsTask();
            Assert.False(next.IsCompleted);
            time.Advance(TimeSpan.FromMilliseconds(10));
            Assert.True(await next);
            Assert.Equal(10 * (band + 1), time.GetElapsedTime(begun, frames.Current.HostTimestamp).TotalMilliseconds);
        }
    }

    [Fact]
    public async Task Wavelengths_beyond_the_tables_are_refused()
    {
        var error = await Assert.ThrowsAsync<BadInputException>(() => OpenAsync(Small, plan: Plan with { Wavelengths = WavelengthAxis.Linear(1000, 1700, 6) }));
        Assert.Contains("1700", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_capture_of_the_default_size_is_fast_enough_for_the_demo()
    {
        await using var source = await OpenAsync(new PhantomCameraOptions(), plan: PhantomCameraOptions.DefaultPlan);
        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            using var cube = await source.AcquireAsync(Trigger(i), default);
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        output.WriteLine($"synthetic capture of 128 × 160 × 96: fastest {times.Min():0} ms, median {times.Order().ElementAt(2):0} ms");

        // Generous: unoptimized builds on a shared processor.
        Assert.InRange(times.Min(), 0, 1500);
        Assert.Equal(PhantomInstrument.FullScaleCounts, new PhantomBandCamera(Small, TimeProvider.System).SaturationCounts);
    }

    private static async Task<FrameCubeSource> OpenAsync(PhantomCameraOptions options, TimeProvider? time = null, ScanPlan? plan = null)
    {
        var source = new FrameCubeSource(
            new PhantomBandCamera(options, time ?? TimeProvider.System), plan ?? Plan, new AcquireOptions(), time ?? TimeProvider.System, NullLogger<FrameCubeSource>.Instance);
        await source.OpenAsync(default);
        return source;
    }

    private static TriggerEvent Trigger(long sequence) => new(sequence, 0, DateTimeOffset.UnixEpoch, TriggerCause.Interval);
}
