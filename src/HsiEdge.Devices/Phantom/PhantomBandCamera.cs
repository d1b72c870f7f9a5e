using System.Runtime.CompilerServices;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Phantom;
using HsiEdge.Phantom.Instrument;

namespace HsiEdge.Devices.Phantom;

/// <summary>
/// A band-by-band camera over digital tissue: each capture shows the next pose of its script, with fresh noise. Synthetic, and says so in its identity.
/// The same options give the same counts. One capture at a time.
/// </summary>
public sealed class PhantomBandCamera : IBandCamera, IReferenceSource
{
    private const ulong NoiseStream = 3;

    private readonly PhantomCameraOptions _options;
    private readonly TimeProvider _time;
    private readonly PhantomStage _stage;
    private readonly ushort[] _frame;
    private long _captures;
    private ulong _frames;

    /// <summary>Makes the camera and its patient.</summary>
    /// <param name="options">Wall, size and pace.</param>
    /// <param name="time">Clock of the frames.</param>
    public PhantomBandCamera(PhantomCameraOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.FramePeriod, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReferenceAverages, 1);
        _options = options;
        _time = time;
        _stage = new PhantomStage(options);
        _frame = new ushort[options.Lines * options.Samples];
    }

    /// <inheritdoc/>
    public CameraIdentity Identity => _stage.Instrument.Identity;

    /// <inheritdoc/>
    public int Lines => _stage.Instrument.Lines;

    /// <inheritdoc/>
    public int Samples => _stage.Instrument.Samples;

    /// <inheritdoc/>
    public double SaturationCounts => PhantomInstrument.FullScaleCounts;

    /// <summary>None: nothing there warms up.</summary>
    public double? TemperatureCelsius => null;

    /// <inheritdoc/>
    public bool[]? BadPixels => _stage.Instrument.CopyBadPixels();

    /// <inheritdoc/>
    public Task OpenAsync(ScanSchedule schedule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        PhantomStage.RequireTables(schedule.Plan);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BandFrame> CaptureAsync(
        ScanSchedule schedule, ICapturePulses pulses, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(pulses);
        var plan = schedule.Plan;
        PhantomStage.RequireTables(plan);
        var capture = _captures++;
        if (schedule.IsPushbroom)
        {
            throw new BadInputException($"Scan plan '{plan.Name}' is a pushbroom's; the phantom camera takes one band at a time.");
        }

        _stage.Look(capture, plan.PixelPitchMillimetres);
        var begun = _time.GetTimestamp();
        foreach (var step in schedule.Steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var fault = _options.Faults?.Invoke(capture, step.Index) ?? PhantomFault.None;
            if (fault == PhantomFault.CameraFault)
            {
                throw new CameraFaultException($"Camera {Identity.Serial} reports a fault at step {step.Index}.");
            }

            if (fault == PhantomFault.Silence)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken);
            }

            pulses.Sent(step.Index, _time.GetTimestamp());
            Expose(plan, step);
            await PaceAsync(begun, step.Index, cancellationToken);
            var frameId = _frames++;
            if (fault == PhantomFault.Dropped)
            {
                continue;
            }

            var frame = Frame(step.Index, frameId, complete: fault != PhantomFault.Incomplete);
            yield return frame;
            if (fault == PhantomFault.Duplicate)
            {
                yield return frame;
            }
        }
    }

    /// <inheritdoc/>
    public Task<ReferenceFrame> TakeDarkAsync(ScanPlan plan, CancellationToken cancellationToken) =>
        Task.Run(() => TakeReference(plan, white: false), cancellationToken);

    /// <inheritdoc/>
    public Task<ReferenceFrame> TakeWhiteAsync(ScanPlan plan, CancellationToken cancellationToken) =>
        Task.Run(() => TakeReference(plan, white: true), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ReferenceFrame TakeReference(ScanPlan plan, bool white)
    {
        PhantomStage.RequireTables(plan);
        var random = new PhantomRandom(_options.Seed, NoiseStream + (white ? 2UL : 1UL));
        return _stage.Instrument.TakeReference(plan.Wavelengths, plan.ExposureMicroseconds, white, _options.ReferenceAverages, random);
    }

    private void Expose(ScanPlan plan, ScanStep step)
    {
        if (step.IsDark)
        {
            // Darkness has no wavelength; any one serves.
            _stage.ExposeTarget(plan.Wavelengths.First, step.ExposureMicroseconds, white: false, _frame);
        }
        else
        {
            _stage.ExposeTissue(plan.Wavelengths[step.Band], step.ExposureMicroseconds, _frame);
        }
    }

    private BandFrame Frame(int step, ulong frameId, bool complete)
    {
        var timestamp = _time.GetTimestamp();
        var deviceNanoseconds = (ulong)(timestamp * (1e9 / _time.TimestampFrequency));
        return new BandFrame(step, frameId, deviceNanoseconds, timestamp, complete, _frame);
    }

    /// <summary>Frame n is due n + 1 periods after the start, so computing time does not add up.</summary>
    private async Task PaceAsync(long begun, int step, CancellationToken cancellationToken)
    {
        var wait = (_options.FramePeriod * (step + 1)) - _time.GetElapsedTime(begun);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, _time, cancellationToken);
        }
    }
}
