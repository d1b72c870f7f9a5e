using System.Diagnostics;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.Kernel;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.V4l2;

/// <summary>
/// A sensor behind the kernel's video interface (V4L2), such as a SWIR sensor on a board's CSI connector: buffers shared with its driver, one plane, one image a
/// frame. It is triggered by its line, as its driver or its controls arm it, or runs free; it has no software trigger. A device that goes away ends every wait at
/// once and is looked for at the same bus until it is back, set up again as before. One caller at a time.
/// </summary>
public sealed class V4l2Camera : IFrameCamera
{
    private readonly V4l2Options _options;
    private readonly IMappingCalls _calls;
    private readonly TimeProvider _time;
    private readonly ILogger<V4l2Camera> _log;
    private readonly CancellationTokenSource _stop = new();
    private VideoSession? _session;
    private VideoDevice? _device;
    private Task _watching = Task.CompletedTask;
    private volatile string? _away;
    private int _faults;
    private string _lastFault = "";

    /// <summary>Makes it, without looking for the camera.</summary>
    /// <param name="options">Which camera, and how it is set up.</param>
    /// <param name="calls">The kernel.</param>
    /// <param name="time">Clock of the frames.</param>
    /// <param name="log">Told of its going and coming.</param>
    public V4l2Camera(V4l2Options options, IMappingCalls calls, TimeProvider time, ILogger<V4l2Camera> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(calls);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(log);
        _options = options;
        _calls = calls;
        _time = time;
        _log = log;
    }

    /// <inheritdoc/>
    public CameraIdentity Identity => _device is { } device
        ? new(device.Card, _options.Settings.Serial.Length > 0 ? _options.Settings.Serial : device.Bus, device.Driver == "vivid")
        : new("V4L2 camera", _options.Device, Synthetic: false);

    /// <inheritdoc/>
    public int Lines { get; private set; }

    /// <inheritdoc/>
    public int Samples { get; private set; }

    /// <inheritdoc/>
    public double SaturationCounts => V4l2Unpacker.FullScale(_options.Settings.PixelFormat);

    /// <inheritdoc/>
    public FrameCameraLimits Limits { get; private set; } = new(0, double.MaxValue, null, null, null, null, CanLineTrigger: false, CanSoftwareTrigger: false);

    /// <summary>None: the kernel has no control for it that drivers agree on.</summary>
    public double? TemperatureCelsius => null;

    /// <inheritdoc/>
    public string? AwayReason => _away;

    /// <summary>What became of its frames since it was opened or found again.</summary>
    public V4l2Counters Counters => Volatile.Read(ref _session)?.Stream.Counters ?? V4l2Counters.None;

    /// <inheritdoc/>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _session) is not null)
        {
            return;
        }

        ThrowIfAway();
        Adopt(await Task.Run(() => VideoSession.Open(_calls, _options, again: null, _time), cancellationToken));
        V4l2Log.Opened(_log, $"{_device}", Lines, Samples, _options.Settings.PixelFormat, Limits.FeatureWriteMicroseconds ?? 0);
        _watching = Task.Run(() => WatchAsync(_stop.Token), CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task ArmAsync(FrameTrigger trigger, CancellationToken cancellationToken)
    {
        var session = Session();
        if (trigger == FrameTrigger.Software || (trigger == FrameTrigger.Line && !Limits.CanLineTrigger))
        {
            throw new BadInputException(
                trigger == FrameTrigger.Software
                    ? $"Camera {session.Device} has no software trigger: V4L2 knows none. Choose a plan with a line trigger or a free-running one."
                    : $"{_options.Settings.Origin} names no 'lineTrigger' for camera {session.Device}; add it, with the controls that arm the sensor's trigger input (none when its driver does so by itself).");
        }

        _faults = 0;
        await OnDeviceAsync(session, _ => session.StartAsync(trigger), $"trigger {trigger}", cancellationToken);
        if (session.Stream.Ring.Clear() is > 0 and var old)
        {
            V4l2Log.OldFrames(_log, $"{session.Device}", old);
        }

        session.Stream.IsArmed = true;
    }

    /// <inheritdoc/>
    public Task SetExposureAsync(double exposureMicroseconds, double? gainDecibels, CancellationToken cancellationToken)
    {
        var session = Session();
        return session.Controls.IsSet(exposureMicroseconds, gainDecibels)
            ? Task.CompletedTask
            : OnDeviceAsync(session, () => session.Controls.SetExposure(exposureMicroseconds, gainDecibels), $"exposure {exposureMicroseconds} µs, gain {gainDecibels} dB", cancellationToken);
    }

    /// <inheritdoc/>
    public Task SetFeatureAsync(string feature, long value, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(feature);
        var session = Session();
        return OnDeviceAsync(session, () => session.Controls.Set(feature, value), $"control '{feature}' = {value}", cancellationToken);
    }

    /// <summary>Refuses: V4L2 knows no software trigger (<see cref="Limits"/> says so).</summary>
    /// <param name="cancellationToken">Not used.</param>
    /// <exception cref="BadInputException">Always.</exception>
    public Task FireAsync(CancellationToken cancellationToken) =>
        Task.FromException(new BadInputException($"Camera {Session().Device} has no software trigger: V4L2 knows none."));

    /// <inheritdoc/>
    public async ValueTask<CameraFrame> ReadAsync(CancellationToken cancellationToken)
    {
        var frame = await Session().Stream.Ring.ReadAsync(cancellationToken);
        if (frame.Fault is { } fault)
        {
            _faults++;
            _lastFault = fault;
        }

        return frame;
    }

    /// <inheritdoc/>
    public async Task DisarmAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _session) is not { } session)
        {
            return;
        }

        session.Stream.IsArmed = false;
        if (session.RunsFree)
        {
            await OnDeviceAsync(session, _ => session.HaltAsync(), "the end of streaming", cancellationToken);
        }

        session.Stream.Ring.Clear();
        if (_faults > 0)
        {
            V4l2Log.FrameFaults(_log, $"{session.Device}", _faults, _lastFault);
            _faults = 0;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        if (Interlocked.Exchange(ref _session, null) is { } session)
        {
            session.Stream.Ring.Fail(new CameraFaultException("The camera is closed."));
            await session.DisposeAsync();
        }

        _stop.Dispose();
    }

    private void Adopt(VideoSession session)
    {
        _device = session.Device;
        (Lines, Samples, Limits) = (session.Lines, session.Samples, session.Limits);
        Volatile.Write(ref _session, session);
        _away = null;
    }

    private VideoSession Session()
    {
        ThrowIfAway();
        return Volatile.Read(ref _session) ?? throw new InvalidOperationException("The camera is not open.");
    }

    private void ThrowIfAway()
    {
        if (_away is { } reason)
        {
            throw new CameraFaultException(reason);
        }
    }

    private Task OnDeviceAsync(VideoSession session, Action calls, string what, CancellationToken cancellationToken) =>
        OnDeviceAsync(
            session,
            _ =>
            {
                calls();
                return Task.CompletedTask;
            },
            what,
            cancellationToken);

    private async Task OnDeviceAsync(VideoSession session, Func<VideoFile, Task> calls, string what, CancellationToken cancellationToken)
    {
        try
        {
            await session.RunAsync(calls, cancellationToken);
        }
        catch (V4l2Exception e) when (e.IsRefusal)
        {
            throw new BadInputException($"Camera {session.Device} refuses {what}: {e.Message}. Correct the scan plan or the camera file.", e);
        }
        catch (V4l2Exception e) when (e.IsBusy)
        {
            throw new CameraFaultException($"Camera {session.Device} is busy with {what}: {e.Message}. A control that cannot be changed while frames are taken belongs under 'controls' of the camera file.", e);
        }
        catch (V4l2Exception e)
        {
            Lose(session, $"it does not answer ({e.Message}).");
            throw new CameraFaultException(_away ?? e.Message, e);
        }
    }

    private void Lose(VideoSession session, string why)
    {
        if (Volatile.Read(ref _session) == session && _away is null)
        {
            _away = $"Camera {session.Device} went away: {why} Check the sensor's cable and its driver's messages (dmesg); it is looked for all the time.";
            V4l2Log.Away(_log, $"{session.Device}", why, session.Stream.Counters);
            session.Stream.Ring.Fail(new CameraFaultException(_away));
        }
    }

    /// <summary>Looks whether the device is still there, and looks for it when it is not.</summary>
    private async Task WatchAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                var session = Volatile.Read(ref _session)!;
                var pause = Task.Delay(_options.WatchInterval, _time, stopping);
                if (await Task.WhenAny(pause, session.Lost) == session.Lost)
                {
                    Lose(session, $"{await session.Lost}.");
                }

                if (_away is null)
                {
                    await TouchAsync(session, stopping);
                }

                if (_away is not null)
                {
                    await session.DisposeAsync();
                    await SearchAsync(session.Device, stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task TouchAsync(VideoSession session, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        try
        {
            await session.RunAsync(
                file =>
                {
                    _ = file.Describe();
                    return Task.CompletedTask;
                },
                stopping);
        }
        catch (V4l2Exception e)
        {
            Lose(session, $"it was unplugged or its driver was removed ({e.Message}).");
        }
    }

    private async Task SearchAsync(VideoDevice wanted, CancellationToken stopping)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                Adopt(await Task.Run(() => VideoSession.Open(_calls, _options, wanted, _time), stopping));
                V4l2Log.Back(_log, $"{_device}", Stopwatch.GetElapsedTime(begun).TotalSeconds);
                return;
            }
            catch (Exception e) when (e is CameraFaultException or BadInputException)
            {
                V4l2Log.NotBack(_log, $"{wanted}", e.Message);
                await Task.Delay(_options.WatchInterval, _time, stopping);
            }
        }
    }
}
