using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Acquire;

public sealed class FrameCubeSourceTests : IAsyncDisposable
{
    private const int Lines = 2;
    private const int Samples = 3;

    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedCamera _camera;

    public FrameCubeSourceTests() => _camera = new ScriptedCamera(_time, Lines, Samples);

    [Theory]
    [InlineData(3, Interleave.Bsq)]
    [InlineData(64, Interleave.Bip)]
    public async Task A_cube_holds_every_band_where_it_belongs_even_on_dirty_memory(int bands, Interleave interleave)
    {
        await using var source = await OpenAsync(bands);
        for (var capture = 0; capture < 3; capture++)
        {
            _camera.Enqueue([.. Enumerable.Range(0, bands).Select(b => _camera.Good(capture, b, (ulong)b))]);
            using var acquired = await source.AcquireAsync(Trigger(capture), default);
            var cube = Assert.IsType<RawCube>(acquired.Cube);
            Assert.Equal(interleave, cube.Interleave);
            var spectrum = new float[bands];
            for (var pixel = 0; pixel < Lines * Samples; pixel++)
            {
                cube.ReadPixels(pixel, 1, spectrum);
                Assert.Equal(Enumerable.Range(0, bands).Select(b => (float)ScriptedCamera.Counts(capture, b, pixel)), spectrum);
            }

            Assert.Equal(new LedgerSummary(bands, bands, 0, 0, 0), acquired.Ledger.Summarize());
            Assert.Equal(1, source.Pool.RentedCubes);
            cube.Values.Fill(0xDEAD);
        }

        Assert.Equal(0, source.Pool.RentedCubes);
    }

    [Fact]
    public async Task A_missing_band_gives_no_cube_and_the_next_capture_is_whole()
    {
        await using var source = await OpenAsync(3);
        _camera.Enqueue(_camera.Good(0, 0, 1), _camera.Good(0, 2, 3));
        var error = await Assert.ThrowsAsync<CameraFaultException>(() => source.AcquireAsync(Trigger(1), default));
        Assert.Contains("band 1 (1100 nm)", error.Message, StringComparison.Ordinal);
        Assert.Equal(new LedgerSummary(3, 2, 0, 1, 0), error.Ledger!.Summarize());
        Assert.Equal(0, source.Pool.RentedCubes);

        // The lost frame could still come: until it cannot, the next capture waits.
        _camera.Enqueue(_camera.Good(1, 0, 4), _camera.Good(1, 1, 5), _camera.Good(1, 2, 6));
        var waiting = source.AcquireAsync(Trigger(2), default);
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1.1));
        using var next = await waiting;
        Assert.Equal(3, next.Ledger.Summarize().Paired);
    }

    [Fact]
    public async Task An_incomplete_frame_never_enters_a_cube()
    {
        await using var source = await OpenAsync(2);
        _camera.Enqueue(_camera.Good(0, 0, 1), _camera.Good(0, 1, 2, complete: false));
        var error = await Assert.ThrowsAsync<CameraFaultException>(() => source.AcquireAsync(Trigger(1), default));
        Assert.Equal(new LedgerSummary(2, 1, 0, 1, 0), error.Ledger!.Summarize());
        Assert.Equal(0, source.Pool.RentedCubes);
    }

    [Fact]
    public async Task A_frame_of_the_wrong_size_counts_as_incomplete()
    {
        await using var source = await OpenAsync(1);
        _camera.Enqueue(new ScriptedCamera.Step(_ => Task.CompletedTask, t => new BandFrame(0, 1, 0, t, true, new ushort[5])));
        var error = await Assert.ThrowsAsync<CameraFaultException>(() => source.AcquireAsync(Trigger(1), default));
        Assert.Equal(1, error.Ledger!.Summarize().Missed);
    }

    [Fact]
    public async Task Duplicates_and_foreign_frames_are_spurious_and_left_out()
    {
        await using var source = await OpenAsync(2);
        var old = new ScriptedCamera.Step(_ => Task.CompletedTask, t => new BandFrame(1, 9, 0, t - 1, true, _camera.Pixels(7, 1)));
        _camera.Enqueue(old, _camera.Good(0, 0, 10), _camera.Good(3, 0, 10), _camera.Good(3, 5, 11), _camera.Good(0, 1, 12));
        using var acquired = await source.AcquireAsync(Trigger(1), default);
        Assert.Equal(new LedgerSummary(2, 2, 0, 0, 3), acquired.Ledger.Summarize());
        var spectrum = new float[2];
        acquired.Cube.ReadPixels(4, 1, spectrum);
        Assert.Equal([ScriptedCamera.Counts(0, 0, 4), ScriptedCamera.Counts(0, 1, 4)], spectrum);
    }

    [Fact]
    public async Task A_late_frame_is_used_and_counted()
    {
        await using var source = await OpenAsync(3);
        _camera.Enqueue(
            _camera.Good(0, 0, 1, before: () => _time.Advance(TimeSpan.FromMilliseconds(90))),
            _camera.Good(0, 1, 2, before: () => _time.Advance(TimeSpan.FromMilliseconds(150))),
            _camera.Good(0, 2, 3, before: () => _time.Advance(TimeSpan.FromMilliseconds(90))));
        using var acquired = await source.AcquireAsync(Trigger(1), default);
        Assert.Equal(new LedgerSummary(3, 2, 1, 0, 0), acquired.Ledger.Summarize());
        Assert.Equal(_time.GetTimestamp(), acquired.LastFrameTimestamp);
    }

    [Fact]
    public async Task A_silent_camera_is_given_up_and_stopped()
    {
        var source = await OpenAsync(2);
        _camera.Enqueue(_camera.Good(0, 0, 1), new ScriptedCamera.Step(stop => Task.Delay(Timeout.Infinite, stop), _ => throw new InvalidOperationException()));
        var capture = source.AcquireAsync(Trigger(1), default);
        Assert.False(capture.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1.1));
        var error = await Assert.ThrowsAsync<CameraFaultException>(() => capture);
        Assert.Contains("no frame came within 1001 ms", error.Message, StringComparison.Ordinal);
        Assert.Equal(new LedgerSummary(2, 1, 0, 1, 0), error.Ledger!.Summarize());
        Assert.Equal(0, source.Pool.RentedCubes);

        // The abandoned frame ends on a thread of its own; closing the source waits for it.
        await source.DisposeAsync();
        Assert.True(_camera.Stopped);
    }

    [Fact]
    public async Task A_camera_that_hangs_on_keeps_later_captures_out_until_it_answers()
    {
        await using var source = await OpenAsync(1);
        var answer = new TaskCompletionSource();
        _camera.Enqueue(new ScriptedCamera.Step(_ => answer.Task, t => new BandFrame(0, 1, 0, t, true, _camera.Pixels(0, 0))));
        _camera.Enqueue(_camera.Good(1, 0, 2));
        var hung = source.AcquireAsync(Trigger(1), default);
        _time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<CameraFaultException>(() => hung);
        var error = await Assert.ThrowsAsync<CameraFaultException>(() => source.AcquireAsync(Trigger(2), default));
        Assert.Contains("has not yet answered", error.Message, StringComparison.Ordinal);

        answer.SetResult();
        using var acquired = await AcquireOnceAnsweredAsync(source);
        var value = new float[1];
        acquired.Cube.ReadPixels(0, 1, value);
        Assert.Equal(ScriptedCamera.Counts(1, 0, 0), value[0]);
    }

    [Fact]
    public async Task An_exhausted_pool_refuses_and_counts()
    {
        const int Bands = 1000;
        var camera = new ScriptedCamera(_time, 20, 20);
        await using var source = new FrameCubeSource(
            camera, Plan(Bands), new AcquireOptions { PoolCeilingMebibytes = 1 }, _time, NullLogger<FrameCubeSource>.Instance);
        await source.OpenAsync(default);
        camera.Enqueue([.. Enumerable.Range(0, Bands).Select(b => camera.Good(0, b, (ulong)b))]);
        using (await source.AcquireAsync(Trigger(1), default))
        {
            await Assert.ThrowsAsync<CaptureRefusedException>(() => source.AcquireAsync(Trigger(2), default));
            Assert.Equal(1, source.Pool.Refusals);
        }

        camera.Enqueue([.. Enumerable.Range(0, Bands).Select(b => camera.Good(0, b, (ulong)b))]);
        using var again = await source.AcquireAsync(Trigger(3), default);
        Assert.True(again.Ledger.Summarize().Paired == Bands);
    }

    [Fact]
    public async Task A_plan_whose_cube_exceeds_the_ceiling_is_refused_at_opening()
    {
        await using var source = new FrameCubeSource(
            new ScriptedCamera(_time, 1000, 1000), Plan(3), new AcquireOptions { PoolCeilingMebibytes = 1 }, _time, NullLogger<FrameCubeSource>.Instance);
        var error = await Assert.ThrowsAsync<BadInputException>(() => source.OpenAsync(default));
        Assert.Contains("6000000 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_capture_leaks_nothing_and_the_camera_is_disposed_with_its_source()
    {
        await using (var source = await OpenAsync(2))
        {
            using var stop = new CancellationTokenSource();
            _camera.Enqueue(_camera.Good(0, 0, 1), new ScriptedCamera.Step(t => Task.Delay(Timeout.Infinite, t), _ => throw new InvalidOperationException()));
            var capture = source.AcquireAsync(Trigger(1), stop.Token);
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => capture);
            Assert.Equal(0, source.Pool.RentedCubes);
        }

        Assert.True(_camera.Disposed);
    }

    [Fact]
    public async Task Averaged_frames_are_rounded_once_and_taken_in_the_order_of_the_plan()
    {
        var plan = Plan(3) with { Averages = 3, Order = [2, 0, 1] };
        var steps = ScanSchedule.Of(plan).Steps;
        await using var source = await OpenAsync(plan);
        ushort Value(int step) => (ushort)((1000 * steps[step].Band) + (steps[step].Repeat == 2 ? 5 : 0));
        for (var capture = 0; capture < 2; capture++)
        {
            _camera.Enqueue([.. steps.Select(s => _camera.Silent((ulong)(s.Index + 100), [.. Enumerable.Repeat(Value(s.Index), Lines * Samples)]))]);
            using var acquired = await source.AcquireAsync(Trigger(capture), default);
            Assert.Equal(new LedgerSummary(9, 9, 0, 0, 0), acquired.Ledger.Summarize());
            var spectrum = new float[3];
            acquired.Cube.ReadPixels(5, 1, spectrum);
            Assert.Equal([2f, 1002f, 2002f], spectrum);
            _time.Advance(TimeSpan.FromSeconds(2));
        }
    }

    [Fact]
    public async Task Dark_frames_stay_out_of_the_cube_and_their_levels_go_with_it()
    {
        var plan = Plan(2) with { DarkEvery = 1 };
        await using var source = await OpenAsync(plan);
        ushort[][] frames = [[10, 10, 10, 10, 10, 10], [1, 2, 3, 4, 5, 6], [20, 20, 20, 20, 20, 20], [7, 7, 7, 7, 7, 10]];
        _camera.Enqueue([.. frames.Select((f, i) => _camera.Silent((ulong)i, f))]);
        using var acquired = await source.AcquireAsync(Trigger(1), default);
        var spectrum = new float[2];
        acquired.Cube.ReadPixels(2, 1, spectrum);
        Assert.Equal([10f, 20f], spectrum);
        Assert.Equal([new DarkLevel(1, 500, 3.5), new DarkLevel(3, 500, 7.5)], acquired.DarkLevels);
        Assert.Equal(4, acquired.Ledger.Pulses.Count);
    }

    [Fact]
    public async Task Pushbroom_frames_become_the_lines_of_a_cube()
    {
        var plan = Plan(Lines) with { Trigger = new FreeRunTrigger(4, 100, null) };
        await using var source = await OpenAsync(plan);
        _camera.Enqueue([.. Enumerable.Range(0, 4).Select(line => _camera.Good(0, line, (ulong)(line + 7)))]);
        using var acquired = await source.AcquireAsync(Trigger(1), default);
        var cube = Assert.IsType<RawCube>(acquired.Cube);
        Assert.Equal((new CubeShape(4, Samples, Lines), Interleave.Bil), (cube.Shape, cube.Interleave));
        var spectrum = new float[Lines];
        cube.ReadPixels((2 * Samples) + 1, 1, spectrum);
        Assert.Equal([ScriptedCamera.Counts(0, 2, 1), ScriptedCamera.Counts(0, 2, Samples + 1)], spectrum);
    }

    [Fact]
    public async Task A_pushbroom_plan_with_another_number_of_bands_than_lines_is_refused_by_name()
    {
        var error = await Assert.ThrowsAsync<BadInputException>(() => OpenAsync(Plan(Lines + 1) with { Trigger = new FreeRunTrigger(4, 100, null) }));
        Assert.Contains("'test'", error.Message, StringComparison.Ordinal);
        Assert.Contains("has 2 lines", error.Message, StringComparison.Ordinal);
        Assert.Contains("3 wavelengths", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_capture_leaves_its_ledger()
    {
        await using var source = await OpenAsync(3);
        using var stop = new CancellationTokenSource();
        _camera.Enqueue(_camera.Good(0, 0, 1), new ScriptedCamera.Step(t => Task.Delay(Timeout.Infinite, t), _ => throw new InvalidOperationException()));
        var capture = source.AcquireAsync(Trigger(1), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => capture);
        Assert.Equal(new LedgerSummary(2, 1, 0, 1, 0), source.LastLedger!.Summarize());
        Assert.Null(source.LastLedger.Pulses[2].SentMicroseconds);
    }

    /// <summary>The answer is noticed on a thread of its own; until then captures are kept out.</summary>
    private async Task<AcquiredCube> AcquireOnceAnsweredAsync(FrameCubeSource source)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await source.AcquireAsync(Trigger(3), default);
            }
            catch (CameraFaultException) when (attempt < 500)
            {
                await Task.Delay(10);
            }
        }
    }

    public ValueTask DisposeAsync() => _camera.DisposeAsync();

    private Task<FrameCubeSource> OpenAsync(int bands) => OpenAsync(Plan(bands));

    private async Task<FrameCubeSource> OpenAsync(ScanPlan plan)
    {
        var source = new FrameCubeSource(_camera, plan, new AcquireOptions(), _time, NullLogger<FrameCubeSource>.Instance);
        await source.OpenAsync(default);
        return source;
    }

    private static ScanPlan Plan(int bands) =>
        new("test", WavelengthAxis.Linear(1000, 1000 + (100 * (bands - 1)) + (bands == 1 ? 1 : 0), bands), [.. Enumerable.Repeat(500.0, bands)], 500, 0.2, false);

    private TriggerEvent Trigger(long sequence) => new(sequence, _time.GetTimestamp(), _time.GetUtcNow(), TriggerCause.Command);
}
