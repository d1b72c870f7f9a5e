using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Acquire;

/// <summary>
/// Takes references with any camera: full captures averaged pixel by pixel. Dark switches the plan's light off where it can be; where it cannot, a person
/// covers the lens. White is what stands in view: a person shows the target. A capture with a lost, incomplete or doubled frame gives no reference at all.
/// Not while another capture is under way.
/// </summary>
public sealed class FrameReferenceSource : IReferenceSource
{
    /// <summary>Most captures that may be averaged: sums of more would lose counts in single precision.</summary>
    public const int MostAverages = 256;

    private readonly IBandCamera _camera;
    private readonly int _averages;
    private readonly TimeSpan _patience;

    /// <summary>Makes a source.</summary>
    /// <param name="camera">The opened camera; owned by others.</param>
    /// <param name="averages">Captures averaged, 1…<see cref="MostAverages"/>.</param>
    /// <param name="frameTimeoutMilliseconds">Longest wait for one frame beyond exposure and settle time, in ms, &gt; 0.</param>
    public FrameReferenceSource(IBandCamera camera, int averages, double frameTimeoutMilliseconds)
    {
        ArgumentNullException.ThrowIfNull(camera);
        ArgumentOutOfRangeException.ThrowIfLessThan(averages, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(averages, MostAverages);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(frameTimeoutMilliseconds);
        _camera = camera;
        _averages = averages;
        _patience = TimeSpan.FromMilliseconds(frameTimeoutMilliseconds);
    }

    /// <inheritdoc/>
    public bool[]? BadPixels => null;

    /// <inheritdoc/>
    public double SaturationCounts => _camera.SaturationCounts;

    /// <inheritdoc/>
    public double? TemperatureCelsius => _camera.TemperatureCelsius;

    /// <inheritdoc/>
    public Task<ReferenceFrame> TakeDarkAsync(ScanPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Light.CanDarken && plan.Trigger is not FreeRunTrigger)
        {
            var (schedule, bands) = ScanSchedule.DarkOf(plan);
            return TakeAsync(schedule, bands, cancellationToken);
        }

        return TakeWhiteAsync(plan, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ReferenceFrame> TakeWhiteAsync(ScanPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var schedule = ScanSchedule.Of(plan);
        return TakeAsync(schedule, [.. schedule.Steps.Select(s => s.Band)], cancellationToken);
    }

    private async Task<ReferenceFrame> TakeAsync(ScanSchedule schedule, IReadOnlyList<int> bandOfStep, CancellationToken cancellationToken)
    {
        var bands = schedule.Plan.Wavelengths.Count;
        var shape = new CubeShape(schedule.IsPushbroom ? 1 : _camera.Lines, _camera.Samples, bands);
        var sums = new float[checked((int)shape.ValueCount)];
        var frames = new int[bands];
        var means = new double[_averages];
        for (var n = 0; n < _averages; n++)
        {
            means[n] = await AddCaptureAsync(schedule, bandOfStep, sums, frames, cancellationToken);
        }

        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] /= frames[i % bands];
        }

        return new ReferenceFrame(shape, sums) { CaptureMeans = means };
    }

    /// <summary>Adds one capture to the sums.</summary>
    /// <returns>Mean of its counts.</returns>
    private async Task<double> AddCaptureAsync(
        ScanSchedule schedule, IReadOnlyList<int> bandOfStep, float[] sums, int[] frames, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pulses = new SentPulses(schedule.Steps.Count);
        var taken = 0;
        var (counts, pixels) = (0L, 0L);
        ulong? lastId = null;
        stop.CancelAfter(_patience + _patience);
        try
        {
            await foreach (var frame in _camera.CaptureAsync(schedule, pulses, stop.Token))
            {
                if (taken == schedule.Steps.Count)
                {
                    throw Fault("more frames came than triggers were sent");
                }

                if (!frame.Complete || frame.Pixels.Length != _camera.Lines * _camera.Samples)
                {
                    throw Fault($"the frame of step {taken} is incomplete");
                }

                if ((frame.Step is { } told && told != taken) || frame.FrameId != (lastId + 1 ?? frame.FrameId) || (!schedule.IsPushbroom && !pulses.IsBefore(taken, frame.HostTimestamp)))
                {
                    throw Fault($"a frame is lost or late at step {taken}");
                }

                lastId = frame.FrameId;
                if (schedule.IsPushbroom || bandOfStep[taken] >= 0)
                {
                    Add(schedule, bandOfStep[taken], frame.Pixels.Span, sums, frames);
                    (counts, pixels) = (counts + Sum(frame.Pixels.Span), pixels + frame.Pixels.Length);
                }

                taken++;
                stop.CancelAfter(_patience + TimeSpan.FromMicroseconds(taken < schedule.Steps.Count
                    ? schedule.Steps[taken].ExposureMicroseconds + schedule.Steps[taken].SettleMicroseconds : 0));
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Fault($"no frame came in time at step {taken}");
        }

        if (taken < schedule.Steps.Count)
        {
            throw Fault($"{taken} of {schedule.Steps.Count} frames came");
        }

        return counts / (double)pixels;
    }

    private static long Sum(ReadOnlySpan<ushort> pixels)
    {
        var sum = 0L;
        foreach (var pixel in pixels)
        {
            sum += pixel;
        }

        return sum;
    }

    /// <summary>Adds a frame to its band's sums; a pushbroom frame is one line with the bands as its lines.</summary>
    private void Add(ScanSchedule schedule, int band, ReadOnlySpan<ushort> pixels, float[] sums, int[] frames)
    {
        var bands = frames.Length;
        if (schedule.IsPushbroom)
        {
            for (var i = 0; i < pixels.Length; i++)
            {
                sums[(i % _camera.Samples * bands) + (i / _camera.Samples)] += pixels[i];
            }

            for (var b = 0; b < bands; b++)
            {
                frames[b]++;
            }
        }
        else
        {
            for (int i = 0, at = band; i < pixels.Length; i++, at += bands)
            {
                sums[at] += pixels[i];
            }

            frames[band]++;
        }
    }

    private CameraFaultException Fault(string what) => new($"Camera {_camera.Identity.Serial}: {what}; no reference was taken. Check trigger and link, then take it again.");

    private sealed class SentPulses(int steps) : ICapturePulses
    {
        private readonly long[] _sent = [.. Enumerable.Repeat(long.MaxValue, steps)];

        public void Sent(int step, long timestamp) => Volatile.Write(ref _sent[step], timestamp);

        public void ExposureSeen(long timestamp)
        {
        }

        public bool IsBefore(int step, long timestamp) => Volatile.Read(ref _sent[step]) <= timestamp;
    }
}
