using System.Runtime.CompilerServices;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Phantom;
using HsiEdge.Phantom.Instrument;
using HsiEdge.Phantom.Scenes;

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
    private readonly PhantomPatient _patient;
    private readonly PhantomInstrument _instrument;
    private readonly PhantomRandom _noise;
    private readonly float[] _light;
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
        _patient = PhantomPatient.Draw(options.Seed, options.Patient, options.Separation);
        _instrument = new PhantomInstrument(options.Seed, options.Lines, options.Samples);
        _noise = new PhantomRandom(options.Seed, NoiseStream);
        _light = new float[options.Lines * options.Samples];
        _frame = new ushort[_light.Length];
    }

    /// <inheritdoc/>
    public CameraIdentity Identity => _instrument.Identity;

    /// <inheritdoc/>
    public int Lines => _instrument.Lines;

    /// <inheritdoc/>
    public int Samples => _instrument.Samples;

    /// <inheritdoc/>
    public double SaturationCounts => PhantomInstrument.FullScaleCounts;

    /// <inheritdoc/>
    public bool[]? BadPixels => _instrument.CopyBadPixels();

    /// <inheritdoc/>
    public Task OpenAsync(ScanSchedule schedule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        RequireTables(schedule.Plan);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BandFrame> CaptureAsync(
        ScanSchedule schedule, ICapturePulses pulses, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(pulses);
        var plan = schedule.Plan;
        RequireTables(plan);
        var capture = _captures++;
        var scene = Look(_options.Script.PoseOf(capture), plan.PixelPitchMillimetres);
        var begun = _time.GetTimestamp();
        for (var band = 0; band < plan.Wavelengths.Count; band++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var fault = _options.Faults?.Invoke(capture, band) ?? PhantomFault.None;
            if (fault == PhantomFault.CameraFault)
            {
                throw new CameraFaultException($"Camera {Identity.Serial} reports a fault at band {band}.");
            }

            if (fault == PhantomFault.Silence)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken);
            }

            pulses.Sent(band, _time.GetTimestamp());
            scene.ApparentReflectance(BandOptics.At(_patient, plan.Wavelengths[band]), _light);
            _instrument.Expose(plan.Wavelengths[band], plan.ExposureMicroseconds[band], _light, _noise, _frame);
            await PaceAsync(begun, band, cancellationToken);
            var frameId = _frames++;
            if (fault == PhantomFault.Dropped)
            {
                continue;
            }

            var frame = Frame(band, frameId, complete: fault != PhantomFault.Incomplete);
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
        RequireTables(plan);
        var random = new PhantomRandom(_options.Seed, NoiseStream + (white ? 2UL : 1UL));
        return _instrument.TakeReference(plan.Wavelengths, plan.ExposureMicroseconds, white, _options.ReferenceAverages, random);
    }

    private PhantomScene Look(ScenePose pose, double pitchMillimetres)
    {
        var width = Samples * pitchMillimetres;
        var height = Lines * pitchMillimetres;
        var diameter = PhantomGenerator.LesionDiameterMillimetres(_patient, Lines, Samples, pitchMillimetres);
        var wall = new PhantomWall(_patient, [(0, 0)], diameter);
        return wall.View(-width * (0.5 + pose.OffsetWidths), -height * (0.5 + pose.OffsetHeights), Lines, Samples, pitchMillimetres);
    }

    private BandFrame Frame(int band, ulong frameId, bool complete)
    {
        var timestamp = _time.GetTimestamp();
        var deviceNanoseconds = (ulong)(timestamp * (1e9 / _time.TimestampFrequency));
        return new BandFrame(band, frameId, deviceNanoseconds, timestamp, complete, _frame);
    }

    /// <summary>Frame n is due n + 1 periods after the start, so computing time does not add up.</summary>
    private async Task PaceAsync(long begun, int band, CancellationToken cancellationToken)
    {
        var wait = (_options.FramePeriod * (band + 1)) - _time.GetElapsedTime(begun);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, _time, cancellationToken);
        }
    }

    private static void RequireTables(ScanPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Wavelengths.First < PhantomOptions.ShortestNanometres || plan.Wavelengths.Last > PhantomOptions.LongestNanometres)
        {
            throw new BadInputException(
                $"Scan plan '{plan.Name}' covers {plan.Wavelengths.First}–{plan.Wavelengths.Last} nm; the phantom's tables cover "
                + $"{PhantomOptions.ShortestNanometres}–{PhantomOptions.LongestNanometres} nm. Choose wavelengths within them.");
        }
    }
}
