using HsiEdge.Core.Cubes;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Core.Acquire;

/// <summary>
/// Builds cubes from a camera that takes one band at a time: sends the plan's pulses, pairs each with its frame and copies the frame into a pooled cube.
/// A capture with a missing or incomplete band gives no cube at all, never a mixed one. Owns the camera.
/// </summary>
public sealed class FrameCubeSource : ICubeSource
{
    // From here on a pixel's bands side by side (BIP) are read faster than a band's pixels (BSQ).
    private const int BipFromBands = 48;

    private readonly IBandCamera _camera;
    private readonly ScanPlan _plan;
    private readonly ScanSchedule _schedule;
    private readonly CubePool _pool;
    private readonly AcquireOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<FrameCubeSource> _log;
    private readonly CubeShape _shape;
    private readonly Interleave _interleave;
    private Task? _abandoned;
    private int _busy;

    /// <summary>Makes a source.</summary>
    /// <param name="camera">The camera; disposed with the source.</param>
    /// <param name="plan">How cubes are taken.</param>
    /// <param name="options">Patience and memory.</param>
    /// <param name="time">Clock.</param>
    /// <param name="log">Receives what became of the frames.</param>
    /// <exception cref="BadInputException">One cube of this plan does not fit below the memory ceiling.</exception>
    public FrameCubeSource(IBandCamera camera, ScanPlan plan, AcquireOptions options, TimeProvider time, ILogger<FrameCubeSource> log)
    {
        ArgumentNullException.ThrowIfNull(camera);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.FrameTimeoutMilliseconds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.LateAfterMilliseconds);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PoolCeilingMebibytes, 1);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(log);
        _camera = camera;
        _plan = plan;
        _schedule = ScanSchedule.Of(plan);
        _options = options;
        _time = time;
        _log = log;
        _shape = new CubeShape(camera.Lines, camera.Samples, plan.Wavelengths.Count);
        _interleave = _shape.Bands >= BipFromBands ? Interleave.Bip : Interleave.Bsq;
        _pool = new CubePool((long)options.PoolCeilingMebibytes << 20);
        if (_shape.ValueCount * sizeof(ushort) > _pool.CeilingBytes || _shape.ValueCount > Array.MaxLength)
        {
            throw new BadInputException(
                $"Scan plan '{plan.Name}': one cube of {_shape} takes {_shape.ValueCount * sizeof(ushort)} bytes, but cubes in flight may take {_pool.CeilingBytes}; "
                + "raise the memory ceiling or take fewer bands.");
        }
    }

    /// <inheritdoc/>
    public CameraIdentity Camera => _camera.Identity;

    /// <summary>Buffers of the cubes in flight.</summary>
    public CubePool Pool => _pool;

    /// <inheritdoc/>
    public Task OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        AcquireLog.CameraReady(_log, Camera.Model, Camera.Serial, _plan.Name, _shape);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<AcquiredCube> AcquireAsync(TriggerEvent trigger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            throw new InvalidOperationException("A capture is under way; one camera takes one cube at a time.");
        }

        try
        {
            await FinishAbandonedAsync();
            if (!_pool.TryRent(_shape, _interleave, _plan.Wavelengths, _camera.SaturationCounts, out var cube))
            {
                AcquireLog.PoolExhausted(_log, trigger.Sequence, _pool.RentedCubes, _pool.CeilingBytes, _pool.Refusals);
                throw new CaptureRefusedException(
                    $"{_pool.RentedCubes} cubes in flight hold {_pool.RentedBytes} of {_pool.CeilingBytes} bytes; another of {_shape} does not fit.");
            }

            try
            {
                return await CaptureAsync(trigger, cube, cancellationToken);
            }
            catch
            {
                cube.Dispose();
                throw;
            }
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _camera.DisposeAsync();
        if (_abandoned is not null)
        {
            await _abandoned;
        }
    }

    private async Task<AcquiredCube> CaptureAsync(TriggerEvent trigger, RawCube cube, CancellationToken cancellationToken)
    {
        var ledger = new FrameLedger(_plan, _time, _options.LateAfterMilliseconds);
        await ReadFramesAsync(trigger, cube, ledger, cancellationToken);
        var summary = ledger.Summarize();
        AcquireLog.Ledger(_log, trigger.Sequence, summary.Sent, summary.Paired, summary.Late, summary.Missed, summary.Spurious);
        if (summary.Late + summary.Spurious > 0)
        {
            AcquireLog.Irregular(_log, trigger.Sequence, Camera.Serial, summary.Late, summary.Spurious);
        }

        if (!ledger.IsComplete)
        {
            throw Fault($"{summary.Missed} of {summary.Sent} bands have no complete frame, the first being {BandName(ledger.FirstMissingBand)}", ledger);
        }

        return new AcquiredCube
        {
            Trigger = trigger,
            Cube = cube,
            Camera = Camera,
            ExposureMicroseconds = _plan.ExposureMicroseconds,
            PixelPitchMillimetres = _plan.PixelPitchMillimetres,
            Origin = _plan.Name,
            Ledger = summary,
            LastFrameTimestamp = ledger.LastTimestamp,
            StoreRawCube = _plan.StoreRawCube,
        };
    }

    /// <summary>Reads the capture to its end even when a band is lost, so that no frame of it turns up in the next.</summary>
    private async Task ReadFramesAsync(TriggerEvent trigger, RawCube cube, FrameLedger ledger, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var frames = _camera.CaptureAsync(_schedule, ledger, stop.Token).GetAsyncEnumerator(stop.Token);
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next = frames.MoveNextAsync().AsTask();
                if (!await next.WaitAsync(Patience(ledger), _time, cancellationToken))
                {
                    return;
                }

                Place(trigger, frames.Current, cube, ledger);
            }
        }
        catch (TimeoutException e)
        {
            throw Fault($"no frame came within {Patience(ledger).TotalMilliseconds:0} ms while waiting for {BandName(ledger.FirstMissingBand)}", ledger, e);
        }
        catch (CameraFaultException e)
        {
            throw new CameraFaultException(e.Message, e) { Ledger = ledger.Summarize() };
        }
        finally
        {
            await stop.CancelAsync();
            if (next is { IsCompleted: false })
            {
                _abandoned = AbandonAsync(next, frames);
            }
            else
            {
                await frames.DisposeAsync();
            }
        }
    }

    private void Place(TriggerEvent trigger, BandFrame frame, RawCube cube, FrameLedger ledger)
    {
        if (frame.Complete && frame.Pixels.Length != _shape.PixelCount)
        {
            frame = frame with { Complete = false };
        }

        switch (ledger.Enter(frame))
        {
            case FrameVerdict.Paired or FrameVerdict.Late:
                Copy(frame.Pixels.Span, _schedule.Steps[frame.Step!.Value].Band, cube);
                break;
            case FrameVerdict.Incomplete:
                AcquireLog.FrameIncomplete(_log, trigger.Sequence, frame.Step!.Value, frame.FrameId, frame.Pixels.Length, _shape.PixelCount);
                break;
            default:
                AcquireLog.FrameSpurious(_log, trigger.Sequence, frame.FrameId);
                break;
        }
    }

    private void Copy(ReadOnlySpan<ushort> pixels, int band, RawCube cube)
    {
        if (_interleave == Interleave.Bsq)
        {
            pixels.CopyTo(cube.Values[(band * pixels.Length)..]);
            return;
        }

        var values = cube.Values;
        var bands = _shape.Bands;
        for (int i = 0, at = band; i < pixels.Length; i++, at += bands)
        {
            values[at] = pixels[i];
        }
    }

    /// <summary>Waits for a frame nobody wants any more; its enumerator can be closed only afterwards.</summary>
    private async Task AbandonAsync(Task<bool> next, IAsyncEnumerator<BandFrame> frames)
    {
        try
        {
            await next;
        }
        catch (Exception e) when (e is OperationCanceledException or CameraFaultException)
        {
            AcquireLog.AbandonedFrameEnded(_log, Camera.Serial, e.Message);
        }
        finally
        {
            await frames.DisposeAsync();
        }
    }

    private async Task FinishAbandonedAsync()
    {
        if (_abandoned is { IsCompleted: false })
        {
            throw new CameraFaultException($"Camera {Camera.Serial} has not yet answered the capture before this one; if it stays so, restart the camera.");
        }

        if (_abandoned is not null)
        {
            await _abandoned;
            _abandoned = null;
        }
    }

    private TimeSpan Patience(FrameLedger ledger) =>
        TimeSpan.FromMilliseconds(_options.FrameTimeoutMilliseconds + ledger.DueMilliseconds(Math.Max(ledger.FirstMissingBand, 0)));

    private CameraFaultException Fault(string what, FrameLedger ledger, Exception? inner = null) =>
        new($"Camera {Camera.Serial}, plan '{_plan.Name}': {what}; the capture is dropped.", inner) { Ledger = ledger.Summarize() };

    private string BandName(int band) => band < 0 ? "the end of the capture" : $"band {band} ({_plan.Wavelengths[band]:0.##} nm)";
}
