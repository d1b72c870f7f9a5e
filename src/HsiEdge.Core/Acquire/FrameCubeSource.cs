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
    private readonly IBandCamera _camera;
    private readonly ScanPlan _plan;
    private readonly ScanSchedule _schedule;
    private readonly CubePool _pool;
    private readonly EarlierFrames _earlierFrames = new();
    private readonly AcquireOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<FrameCubeSource> _log;
    private CubeFiller? _filler;
    private Task? _abandoned;
    private long? _quietUntil;
    private int _busy;

    /// <summary>Makes a source.</summary>
    /// <param name="camera">The camera; disposed with the source.</param>
    /// <param name="plan">How cubes are taken.</param>
    /// <param name="options">Patience and memory.</param>
    /// <param name="time">Clock.</param>
    /// <param name="log">Receives what became of the frames.</param>
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
        _pool = new CubePool((long)options.PoolCeilingMebibytes << 20);
    }

    /// <inheritdoc/>
    public CameraIdentity Camera => _camera.Identity;

    /// <inheritdoc/>
    public TriggerLedger? LastLedger { get; private set; }

    /// <summary>Buffers of the cubes in flight.</summary>
    public CubePool Pool => _pool;

    /// <inheritdoc/>
    /// <exception cref="BadInputException">The camera can never hold this plan, or one cube of it does not fit below the memory ceiling.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _camera.OpenAsync(_schedule, cancellationToken);
        var filler = new CubeFiller(_schedule, _camera.Lines, _camera.Samples, Camera.Serial);
        var shape = filler.Shape;
        if (shape.ValueCount * sizeof(ushort) > _pool.CeilingBytes || shape.ValueCount > Array.MaxLength)
        {
            throw new BadInputException(
                $"Scan plan '{_plan.Name}': one cube of {shape} takes {shape.ValueCount * sizeof(ushort)} bytes, but cubes in flight may take {_pool.CeilingBytes}; "
                + "raise Acquire:PoolCeilingMebibytes, or take fewer bands or lines.");
        }

        _filler = filler;
        AcquireLog.CameraReady(_log, Camera.Model, Camera.Serial, _plan.Name, shape);
    }

    /// <inheritdoc/>
    public async Task<AcquiredCube> AcquireAsync(TriggerEvent trigger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        var filler = _filler ?? throw new InvalidOperationException("The camera is not open.");
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            throw new InvalidOperationException("A capture is under way; one camera takes one cube at a time.");
        }

        try
        {
            LastLedger = null;
            await FinishAbandonedAsync();
            await OutwaitOwedFramesAsync(cancellationToken);
            if (!_pool.TryRent(filler.Shape, filler.Interleave, _plan.Wavelengths, _camera.SaturationCounts, out var cube))
            {
                AcquireLog.PoolExhausted(_log, trigger.Sequence, _pool.RentedCubes, _pool.CeilingBytes, _pool.Refusals);
                throw new CaptureRefusedException(
                    $"{_pool.RentedCubes} cubes in flight hold {_pool.RentedBytes} of {_pool.CeilingBytes} bytes; another of {filler.Shape} does not fit.");
            }

            try
            {
                filler.Begin(cube);
                return await CaptureAsync(trigger, cube, filler, cancellationToken);
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

    private async Task<AcquiredCube> CaptureAsync(TriggerEvent trigger, RawCube cube, CubeFiller filler, CancellationToken cancellationToken)
    {
        var books = new CaptureLedger(_schedule, trigger.MonotonicTimestamp, _time, _options.LateAfterMilliseconds, _earlierFrames);
        TriggerLedger ledger;
        try
        {
            await ReadFramesAsync(trigger, filler, books, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw Fault($"no frame came within {Patience(books).TotalMilliseconds:0} ms while waiting for {filler.NameOf(books.FirstMissingStep)}", Close(trigger, books), e);
        }
        catch (CameraFaultException e)
        {
            throw new CameraFaultException(e.Message, e) { Ledger = Close(trigger, books) };
        }
        finally
        {
            ledger = Close(trigger, books);
        }

        if (!books.IsComplete)
        {
            var missing = ledger.Pulses.Count(p => p.Verdict == PulseVerdict.Missed);
            throw Fault(
                $"{missing} of {ledger.Pulses.Count} frames of the plan did not come whole, the first being that of {filler.NameOf(books.FirstMissingStep)}"
                + (books.Doubt is { } doubt ? $"; {doubt}" : ""),
                ledger);
        }

        return new AcquiredCube
        {
            Trigger = trigger,
            Cube = cube,
            Camera = Camera,
            ExposureMicroseconds = _plan.ExposureMicroseconds,
            PixelPitchMillimetres = _plan.PixelPitchMillimetres,
            Origin = _plan.Name,
            Ledger = ledger,
            DarkLevels = filler.DarkLevels(),
            SensorTemperatureCelsius = _camera.TemperatureCelsius,
            LastFrameTimestamp = books.LastTimestamp,
            StoreRawCube = _plan.StoreRawCube,
        };
    }

    private TriggerLedger Close(TriggerEvent trigger, CaptureLedger books)
    {
        if (LastLedger is { } closed)
        {
            return closed;
        }

        var ledger = LastLedger = books.Close(trigger.Sequence, trigger.Cause);
        _quietUntil = books.OwedUntil(_options.FrameTimeoutMilliseconds);
        var figures = ledger.Summarize();
        AcquireLog.Ledger(_log, trigger.Sequence, figures.Sent, figures.Paired, figures.Late, figures.Missed, figures.Spurious);
        if (figures.Late + figures.Spurious > 0)
        {
            AcquireLog.Irregular(_log, trigger.Sequence, Camera.Serial, figures.Late, figures.Spurious);
        }

        if (books.Doubt is { } doubt)
        {
            AcquireLog.PairingDoubted(_log, trigger.Sequence, Camera.Serial, doubt);
        }

        return ledger;
    }

    /// <summary>Reads the capture to its end even when a band is lost, so that no frame of it turns up in the next.</summary>
    private async Task ReadFramesAsync(TriggerEvent trigger, CubeFiller filler, CaptureLedger books, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var frames = _camera.CaptureAsync(_schedule, books, stop.Token).GetAsyncEnumerator(stop.Token);
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next = frames.MoveNextAsync().AsTask();
                if (!await next.WaitAsync(Patience(books), _time, cancellationToken))
                {
                    return;
                }

                Place(trigger, frames.Current, filler, books);
            }
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

    private void Place(TriggerEvent trigger, BandFrame frame, CubeFiller filler, CaptureLedger books)
    {
        if (frame.Complete && frame.Pixels.Length != filler.FramePixels)
        {
            frame = frame with { Complete = false };
        }

        switch (books.Enter(frame, out var step))
        {
            case FrameVerdict.Paired or FrameVerdict.Late:
                filler.Take(step, frame.Pixels.Span);
                break;
            case FrameVerdict.Incomplete:
                AcquireLog.FrameIncomplete(_log, trigger.Sequence, step, frame.FrameId, frame.Pixels.Length, filler.FramePixels);
                break;
            default:
                AcquireLog.FrameSpurious(_log, trigger.Sequence, frame.FrameId);
                break;
        }
    }

    /// <summary>A frame that the capture before is still owed would be taken for one of this: after its time it does not come any more.</summary>
    private async Task OutwaitOwedFramesAsync(CancellationToken cancellationToken)
    {
        if (_quietUntil is not { } until)
        {
            return;
        }

        var wait = _time.GetElapsedTime(_time.GetTimestamp(), until);
        if (wait > TimeSpan.Zero)
        {
            AcquireLog.OutwaitingOwedFrames(_log, Camera.Serial, wait.TotalMilliseconds);
            await Task.Delay(wait, _time, cancellationToken);
        }

        _quietUntil = null;
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

    private TimeSpan Patience(CaptureLedger books)
    {
        var step = _schedule.Steps[Math.Max(books.FirstMissingStep, 0)];
        return TimeSpan.FromMilliseconds(_options.FrameTimeoutMilliseconds + ((step.SettleMicroseconds + step.ExposureMicroseconds) / 1000));
    }

    private CameraFaultException Fault(string what, TriggerLedger ledger, Exception? inner = null) =>
        new($"Camera {Camera.Serial}, plan '{_plan.Name}': {what}; the capture is dropped.", inner) { Ledger = ledger };
}
