using System.Runtime.CompilerServices;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Light;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.Scan;

/// <summary>
/// Takes the frames of a scan plan with a frame camera, a light source and the board's lines: it steps the light, sends the triggers and hands each frame on
/// as it comes, telling the ledger of every pulse and every exposure edge. Which frame answers which pulse is the ledger's word. Whatever ends a
/// capture, afterwards the light is dark, the trigger line at rest and the camera disarmed. One capture at a time.
/// </summary>
public sealed class ScanningCamera : IBandCamera
{
    private readonly ScanningParts _parts;
    private readonly ScanningOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private ScanEdges? _edges;
    private IOutputPin? _triggerPin;
    private bool _opened;

    /// <summary>Makes it, without opening anything.</summary>
    /// <param name="parts">What it is made of.</param>
    /// <param name="options">Patience.</param>
    /// <param name="time">Clock; of the pins' edges too.</param>
    /// <param name="log">For its messages.</param>
    public ScanningCamera(ScanningParts parts, ScanningOptions options, TimeProvider time, ILogger<ScanningCamera> log)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.FrameTimeoutMilliseconds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.SyncTimeoutMilliseconds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.RestTimeoutMilliseconds);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(log);
        _parts = parts;
        _options = options;
        _time = time;
        _log = log;
    }

    /// <inheritdoc/>
    public CameraIdentity Identity => _parts.Camera.Identity;

    /// <inheritdoc/>
    public int Lines => _parts.Camera.Lines;

    /// <inheritdoc/>
    public int Samples => _parts.Camera.Samples;

    /// <inheritdoc/>
    public double SaturationCounts => _parts.Camera.SaturationCounts;

    /// <inheritdoc/>
    public double? TemperatureCelsius => _parts.Camera.TemperatureCelsius;

    /// <inheritdoc/>
    public async Task OpenAsync(ScanSchedule schedule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ScanRequirements.Check(schedule, _parts);
        await _parts.Camera.OpenAsync(cancellationToken);
        await _parts.Light.OpenAsync(schedule, cancellationToken);
        ScanRequirements.CheckLimits(schedule, _parts);
        try
        {
            _edges ??= new ScanEdges(_parts.Board, _log);
            _triggerPin = schedule.Plan.Trigger is LineTrigger ? _parts.Board!.Output(_parts.Board.Profile.Find(PinRole.CameraTrigger)!) : null;
            if (_triggerPin is not null && schedule.Plan.Trigger is LineTrigger { SpacingMicroseconds: not null } line)
            {
                // Made anew for every capture; here it shows that it can be.
                FixedSpacingProgram.Compile(schedule, line, _triggerPin, _parts.Light as GpioLightSource);
            }

            await _parts.Light.DarkenAsync(cancellationToken);
        }
        catch (PinFaultException e)
        {
            throw new CameraFaultException(e.Message, e);
        }

        ScanLog.Budget(_log, schedule.Plan.Name, PlanBudget.Of(schedule.Plan, _parts.Camera.Limits));
        _opened = true;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BandFrame> CaptureAsync(
        ScanSchedule schedule, ICapturePulses pulses, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(pulses);
        if (!_opened)
        {
            throw new InvalidOperationException("The camera is not open.");
        }

        var ended = false;
        var frames = PaceOf(schedule).CaptureAsync(schedule, pulses, cancellationToken).GetAsyncEnumerator(cancellationToken);
        _edges!.Attach(pulses);
        try
        {
            while (await NextAsync(frames))
            {
                yield return frames.Current;
            }

            ended = true;
        }
        finally
        {
            await frames.DisposeAsync();
            await RestAsync(ended);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_edges is not null)
        {
            await _edges.DisposeAsync();
        }

        await _parts.Light.DisposeAsync();
        await _parts.Camera.DisposeAsync();
    }

    private IScanPace PaceOf(ScanSchedule schedule)
    {
        var context = new ScanContext(_parts, _triggerPin, _edges!, _options, _time, _log);
        return schedule.Plan.Trigger switch
        {
            LineTrigger { SpacingMicroseconds: not null } line => new FixedSpacingPace(context, line),
            FreeRunTrigger free => new FreeRunPace(context, free),
            _ => new FramePace(context),
        };
    }

    /// <summary>A line that fails in the middle of a capture costs that capture.</summary>
    private static async Task<bool> NextAsync(IAsyncEnumerator<BandFrame> frames)
    {
        try
        {
            return await frames.MoveNextAsync();
        }
        catch (PinFaultException e)
        {
            throw new CameraFaultException(e.Message, e);
        }
    }

    /// <summary>Dark, at rest, disarmed: each is tried whatever became of the others, and the caller's stop does not stop it.</summary>
    private async Task RestAsync(bool mayThrow)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(_options.RestTimeoutMilliseconds), _time);
        var light = await TryAsync("the light source", () => _parts.Light.DarkenAsync(limit.Token).AsTask());
        var line = await TryAsync("the trigger line", () =>
        {
            _triggerPin?.Set(active: false);
            return Task.CompletedTask;
        });
        var camera = await TryAsync("the camera", () => _parts.Camera.DisarmAsync(limit.Token));
        _edges!.Detach();
        if (mayThrow && (light ?? line ?? camera) is { } fault)
        {
            throw new CameraFaultException($"The frames are taken, but the capture did not end as it must: {fault.Message}", fault);
        }
    }

    private async Task<Exception?> TryAsync(string part, Func<Task> rest)
    {
        try
        {
            await rest();
            return null;
        }
        catch (Exception e) when (e is CameraFaultException or PinFaultException or BadInputException or OperationCanceledException)
        {
            ScanLog.NotAtRest(_log, part, e is OperationCanceledException ? "it did not answer in time" : e.Message);
            return e;
        }
    }
}
