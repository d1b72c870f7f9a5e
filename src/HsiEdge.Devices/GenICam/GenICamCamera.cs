using System.Diagnostics;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.GenICam;

/// <summary>
/// A GigE Vision or USB3 Vision camera through libaravis. It is asked for a sign of life twice a second; one that gives none is away: every wait ends at once, and it
/// is looked for until it is back, set up again as before. One caller at a time.
/// </summary>
public sealed class GenICamCamera : IFrameCamera
{
    private static readonly TimeSpan TeardownPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SearchPause = TimeSpan.FromMilliseconds(200);
    private readonly GenICamOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<GenICamCamera> _log;
    private readonly CameraHistory _history = new();
    private readonly GenICamMetrics _metrics;
    private readonly CancellationTokenSource _stop = new();
    private CameraSession? _session;
    private DiscoveredCamera? _camera;
    private Task _watching = Task.CompletedTask;
    private Task _tearingDown = Task.CompletedTask;
    private volatile string? _away;
    private int _disposed;
    private int _faults;
    private string _lastFault = "";
    private double _temperature = double.NaN;

    /// <summary>Makes it, without looking for the camera.</summary>
    /// <param name="options">Which camera, and how it is set up.</param>
    /// <param name="time">Clock of the frames.</param>
    /// <param name="log">Told of its going and coming.</param>
    public GenICamCamera(GenICamOptions options, TimeProvider time, ILogger<GenICamCamera> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(log);
        _options = options;
        _time = time;
        _log = log;
        _metrics = new GenICamMetrics(this);
    }

    /// <inheritdoc/>
    public CameraIdentity Identity =>
        _camera is { } camera ? new($"{camera.Vendor} {camera.Model}", camera.Serial, _options.Synthetic || IsSimulation(camera)) : new("GenICam camera", _options.Device, _options.Synthetic);

    /// <inheritdoc/>
    public int Lines { get; private set; }

    /// <inheritdoc/>
    public int Samples { get; private set; }

    /// <inheritdoc/>
    public double SaturationCounts => PixelUnpacker.FullScale(_options.Features.PixelFormat);

    /// <inheritdoc/>
    public FrameCameraLimits Limits { get; private set; } = new(0, double.MaxValue, null, null, null, null, CanLineTrigger: false, CanSoftwareTrigger: false);

    /// <inheritdoc/>
    public double? TemperatureCelsius => double.IsNaN(Volatile.Read(ref _temperature)) ? null : Volatile.Read(ref _temperature);

    /// <inheritdoc/>
    public string? AwayReason => _away;

    /// <summary>What became of its frames since it was opened or found again.</summary>
    public GenICamCounters Counters => Volatile.Read(ref _session)?.Stream.Counters ?? GenICamCounters.None;

    /// <summary>What became of all its frames, over all its goings and comings.</summary>
    public GenICamCounters Totals => _history.Totals;

    /// <summary>How often it went away.</summary>
    public long Losses => _history.Losses;

    /// <summary>How often it was found again.</summary>
    public long Reconnects => _history.Reconnects;

    /// <inheritdoc/>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _session) is not null)
        {
            return;
        }

        ThrowIfAway();
        Adopt(await Task.Run(() => CameraSession.Open(_options, _time), cancellationToken));
        var session = _session!;
        GenICamLog.Opened(_log, session.Camera.ToString(), Lines, Samples, _options.Features.PixelFormat, session.Limits.FeatureWriteMicroseconds ?? 0);
        _watching = Task.Run(() => WatchAsync(_stop.Token), CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task ArmAsync(FrameTrigger trigger, CancellationToken cancellationToken)
    {
        var session = Session();
        if (session.Stream.Ring.Clear() is > 0 and var old)
        {
            GenICamLog.OldFrames(_log, session.Camera.ToString(), old);
        }

        _faults = 0;
        var started = false;
        await OnLinkAsync(session, device => started = session.Start(device, trigger), $"trigger {trigger}", cancellationToken);
        if (started)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_options.Features.StartMilliseconds), _time, cancellationToken);
        }

        session.Stream.IsArmed = true;
    }

    /// <inheritdoc/>
    public Task SetExposureAsync(double exposureMicroseconds, double? gainDecibels, CancellationToken cancellationToken)
    {
        var session = Session();
        return session.IsSet(exposureMicroseconds, gainDecibels)
            ? Task.CompletedTask
            : OnLinkAsync(session, device => session.SetExposure(device, exposureMicroseconds, gainDecibels), $"exposure {exposureMicroseconds} µs, gain {gainDecibels} dB", cancellationToken);
    }

    /// <inheritdoc/>
    public Task SetFeatureAsync(string feature, long value, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(feature);
        return OnLinkAsync(Session(), device => SetInRange(device, feature, value), $"feature '{feature}' to {value}", cancellationToken);
    }

    /// <inheritdoc/>
    public Task FireAsync(CancellationToken cancellationToken) =>
        OnLinkAsync(Session(), device => device.Execute("TriggerSoftware"), "the software trigger", cancellationToken);

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
            await OnLinkAsync(session, session.Halt, "the end of streaming", cancellationToken);
        }

        session.Stream.Ring.Clear();
        if (_faults > 0)
        {
            var counters = session.Stream.Counters;
            GenICamLog.FrameFaults(_log, session.Camera.ToString(), _faults, _lastFault, counters.MissingPackets, counters.ResentPackets);
            _faults = 0;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _metrics.Dispose();
        await _stop.CancelAsync();
        await _watching;
        await _tearingDown;
        if (Interlocked.Exchange(ref _session, null) is { } session)
        {
            await session.DisposeAsync();
        }

        _stop.Dispose();
    }

    private static bool IsSimulation(DiscoveredCamera camera) => camera.Vendor.Contains("Aravis", StringComparison.OrdinalIgnoreCase);

    private static void SetInRange(GenICamDevice device, string feature, long value)
    {
        var (least, most) = device.IntegerRange(feature);
        if (value < least || value > most)
        {
            throw new BadInputException($"Feature '{feature}' of the camera takes {least}…{most}; asked for {value}. Correct the scan plan's light.");
        }

        device.SetInteger(feature, value);
    }

    private void Adopt(CameraSession session)
    {
        _camera = session.Camera;
        (Lines, Samples, Limits) = (session.Lines, session.Samples, session.Limits);
        _history.Begin(session.Stream);
        _away = null;
        Volatile.Write(ref _session, session);
    }

    private CameraSession Session()
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

    private async Task OnLinkAsync(CameraSession session, Action<GenICamDevice> calls, string what, CancellationToken cancellationToken)
    {
        try
        {
            await session.RunAsync(calls, cancellationToken);
        }
        catch (AravisException e) when (e.IsRefusal)
        {
            throw new BadInputException($"Camera {session.Camera} refuses {what}: {e.Message}. Correct the scan plan or the camera file.", e);
        }
        catch (AravisException e)
        {
            await LoseAsync(session, $"it does not answer ({e.Message}).");
            throw new CameraFaultException(_away!, e);
        }
        catch (OperationCanceledException e) when (session.Ended.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new CameraFaultException(_away ?? "The camera went away.", e);
        }
    }

    private async Task LoseAsync(CameraSession session, string why)
    {
        if (Interlocked.CompareExchange(ref _session, null, session) != session)
        {
            return;
        }

        _history.Lose();
        var counters = session.Stream.Counters;
        _away = $"Camera {session.Camera} went away: {why} Check its power and its cable; it is looked for all the time.";
        GenICamLog.Away(_log, session.Camera.ToString(), why, counters);
        await session.EndAsync(_away);
        _tearingDown = session.DisposeAsync().AsTask();
    }

    /// <summary>Asks for signs of life, and looks for the camera when there are none.</summary>
    private async Task WatchAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_options.WatchInterval, _time, stopping);
                if (Volatile.Read(ref _session) is { } session)
                {
                    await TouchAsync(session, stopping);
                }
                else
                {
                    await SearchAsync(stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async Task TouchAsync(CameraSession session, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(_options.WatchPatience);
        try
        {
            await session.RunAsync(
                device =>
                {
                    device.Touch();
                    Volatile.Write(ref _temperature, device.Has("DeviceTemperature") ? device.GetFloat("DeviceTemperature") : double.NaN);
                },
                limit.Token);
        }
        catch (AravisException e)
        {
            await LoseAsync(session, $"it gives no sign of life ({e.Message}).");
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            await LoseAsync(session, $"it gave no sign of life for {_options.WatchPatience.TotalSeconds:0.0} s.");
        }
    }

    private async Task SearchAsync(CancellationToken stopping)
    {
        var begun = Stopwatch.GetTimestamp();

        // A camera that never died must first be let go of; one that did is not waited for.
        await Task.WhenAny(_tearingDown, Task.Delay(TeardownPatience, _time, stopping));
        var wanted = _options with { Device = _camera!.Serial };
        for (var attempt = 1; ; attempt++)
        {
            stopping.ThrowIfCancellationRequested();
            try
            {
                Adopt(await Task.Run(() => CameraSession.Open(wanted, _time), stopping));
                GenICamLog.Back(_log, _camera.ToString(), Stopwatch.GetElapsedTime(begun).TotalSeconds, attempt);
                return;
            }
            catch (Exception e) when (e is CameraFaultException or BadInputException)
            {
                GenICamLog.NotBack(_log, _camera.ToString(), e.Message);
                await Task.Delay(SearchPause, _time, stopping);
            }
        }
    }
}
