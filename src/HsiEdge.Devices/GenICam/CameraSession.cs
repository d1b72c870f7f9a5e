using System.Diagnostics;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;

namespace HsiEdge.Devices.GenICam;

/// <summary>One connection to a camera: from its being found until it goes away. Calls that wait for the link are made one at a time, never on the caller's thread.</summary>
internal sealed class CameraSession : IAsyncDisposable
{
    private const int WriteProbes = 5;
    private readonly GenICamDevice _device;
    private readonly CameraFeatures _features;
    private readonly SemaphoreSlim _link = new(1);
    private readonly CancellationTokenSource _ended = new();
    private readonly string _exposureFeature;
    private FrameTrigger? _running;
    private (double Exposure, double? Gain) _set;

    private CameraSession(DiscoveredCamera camera, GenICamDevice device, CameraFeatures features, FrameStream stream, FrameCameraLimits limits, int lines, int samples)
    {
        Camera = camera;
        _device = device;
        _features = features;
        Stream = stream;
        Limits = limits;
        (Lines, Samples) = (lines, samples);
        _exposureFeature = FeatureSetter.ExposureFeature(device);
    }

    /// <summary>Which camera.</summary>
    public DiscoveredCamera Camera { get; }

    /// <summary>Its frames.</summary>
    public FrameStream Stream { get; }

    /// <summary>What it can do.</summary>
    public FrameCameraLimits Limits { get; }

    /// <summary>Lines of a frame.</summary>
    public int Lines { get; }

    /// <summary>Samples of a line.</summary>
    public int Samples { get; }

    /// <summary>Cancelled when the camera went away.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Finds, opens and sets up a camera. Blocks for as long as the link takes.</summary>
    /// <exception cref="CameraFaultException">It is not there, held by another, or does not answer now.</exception>
    /// <exception cref="BadInputException">It refuses a feature.</exception>
    public static CameraSession Open(GenICamOptions options, TimeProvider time)
    {
        var camera = CameraDiscovery.Choose(CameraDiscovery.List(), options.Device);
        GenICamDevice? device = null;
        try
        {
            device = GenICamDevice.Open(camera.Id);
            if (!device.IsControlled)
            {
                throw Held(camera);
            }

            new FeatureSetter(device, options.Features, camera.ToString()).Apply();
            var (lines, samples) = ((int)device.GetInteger("Height"), (int)device.GetInteger("Width"));
            var limits = Measure(device);
            var stream = FrameStream.Start(device, options.Features, lines, samples, time);
            return new CameraSession(camera, device, options.Features, stream, limits, lines, samples);
        }
        catch (AravisException e)
        {
            device?.Dispose();
            throw e.IsHeld ? Held(camera, e) : new CameraFaultException($"Camera {camera} does not answer: {e.Message}. Check its power and its cable.", e);
        }
        catch
        {
            device?.Dispose();
            throw;
        }
    }

    /// <summary>Carries out calls on the link; they end with the session at the latest.</summary>
    /// <exception cref="AravisException">The camera refuses, or the link failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or the camera went away (<see cref="Ended"/>).</exception>
    public async Task RunAsync(Action<GenICamDevice> calls, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Ended);
        await _link.WaitAsync(either.Token);
        var work = Task.Run(
            () =>
            {
                try
                {
                    calls(_device);
                }
                finally
                {
                    _link.Release();
                }
            },
            CancellationToken.None);
        await work.WaitAsync(either.Token);
    }

    /// <summary>Sees to it that the stream runs with a trigger; it goes on from capture to capture.</summary>
    /// <returns>Whether it was started now: the camera then needs a moment.</returns>
    public bool Start(GenICamDevice device, FrameTrigger trigger)
    {
        if (_running == trigger)
        {
            return false;
        }

        Halt(device);
        SetTrigger(device, trigger);
        Stream.Restart();
        device.Start();
        _running = trigger;
        return true;
    }

    /// <summary>Stops the stream.</summary>
    public void Halt(GenICamDevice device)
    {
        if (_running is not null)
        {
            _running = null;
            device.Stop();
        }
    }

    /// <summary>Whether the stream runs by itself.</summary>
    public bool RunsFree => _running == FrameTrigger.FreeRun;

    /// <summary>Sets exposure and gain where they differ from those set before.</summary>
    /// <param name="device">The link.</param>
    /// <param name="exposureMicroseconds">Exposure in µs.</param>
    /// <param name="gainDecibels">Gain in dB, or null to leave it.</param>
    public void SetExposure(GenICamDevice device, double exposureMicroseconds, double? gainDecibels)
    {
        if (_set.Exposure != exposureMicroseconds)
        {
            device.SetFloat(_exposureFeature, exposureMicroseconds);
            _set.Exposure = exposureMicroseconds;
        }

        if (gainDecibels is { } gain && _set.Gain != gain)
        {
            device.SetFloat("Gain", gain);
            _set.Gain = gain;
        }
    }

    /// <summary>Whether exposure and gain are set already.</summary>
    public bool IsSet(double exposureMicroseconds, double? gainDecibels) =>
        _set.Exposure == exposureMicroseconds && (gainDecibels is null || _set.Gain == gainDecibels);

    /// <summary>Ends every wait: the camera is away.</summary>
    /// <param name="reason">Why, for people.</param>
    public async Task EndAsync(string reason)
    {
        Stream.IsArmed = false;
        Stream.Ring.Fail(new CameraFaultException(reason));
        await _ended.CancelAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync("The camera is closed.");
        await _link.WaitAsync(CancellationToken.None);
        await Task.Run(
            () =>
            {
                try
                {
                    Halt(_device);
                }
                catch (AravisException)
                {
                    // A camera that is away cannot be told to stop; it stops by itself when its heartbeat ends.
                }
            },
            CancellationToken.None);
        await Stream.DisposeAsync();
        await Task.Run(_device.Dispose, CancellationToken.None);

        // Lock and token stay usable: a call that began before the end must find the camera away, not an object disposed of.
    }

    private void SetTrigger(GenICamDevice device, FrameTrigger trigger)
    {
        if (device.Has("TriggerSelector"))
        {
            device.SetText("TriggerSelector", "FrameStart");
        }

        device.SetText("TriggerMode", trigger == FrameTrigger.FreeRun ? "Off" : "On");
        if (trigger == FrameTrigger.FreeRun)
        {
            return;
        }

        device.SetText("TriggerSource", trigger == FrameTrigger.Software ? "Software" : _features.TriggerSource);
        if (trigger == FrameTrigger.Line && device.Has("TriggerActivation"))
        {
            device.SetText("TriggerActivation", _features.TriggerActivation);
        }
    }

    private static FrameCameraLimits Measure(GenICamDevice device)
    {
        var exposure = FeatureSetter.ExposureFeature(device);
        var (shortest, longest) = device.FloatRange(exposure);
        (double Least, double Most)? gain = device.Has("Gain") ? device.FloatRange("Gain") : null;
        double? rate = device.Has("AcquisitionFrameRate") ? device.FloatRange("AcquisitionFrameRate").Maximum : null;
        var times = new double[WriteProbes];
        var now = device.GetFloat(exposure);
        for (var i = 0; i < times.Length; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            device.SetFloat(exposure, now);
            times[i] = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        }

        Array.Sort(times);
        var hasTrigger = device.Has("TriggerMode");
        return new FrameCameraLimits(
            shortest, longest, gain?.Least, gain?.Most, rate is > 0 and < 1e6 ? rate : null, times[WriteProbes / 2], hasTrigger, hasTrigger && device.Has("TriggerSoftware"));
    }

    private static CameraFaultException Held(DiscoveredCamera camera, Exception? inner = null) =>
        new($"Camera {camera} is held by another program or host; end that one (a viewer, another cart), or wait until its heartbeat times out.", inner);
}
