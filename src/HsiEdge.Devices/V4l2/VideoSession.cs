using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.Kernel;

namespace HsiEdge.Devices.V4l2;

/// <summary>One opening of a device: from its being found until it goes away. Calls are made one at a time, never on the caller's thread.</summary>
internal sealed class VideoSession : IAsyncDisposable
{
    private readonly VideoFile _file;
    private readonly V4l2Settings _settings;
    private readonly SemaphoreSlim _link = new(1);
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FrameTrigger? _running;
    private bool _closed;

    private VideoSession(VideoDevice device, VideoFile file, V4l2Settings settings, VideoFormat format, TimeProvider time)
    {
        Device = device;
        _file = file;
        _settings = settings;
        (Lines, Samples) = (format.Lines, format.Samples);
        Controls = new VideoControls(file, device.ToString(), settings);
        Limits = Controls.Measure();
        Stream = new VideoStream(file, format, settings, time, why => _lost.TrySetResult(why));
    }

    /// <summary>Which device.</summary>
    public VideoDevice Device { get; }

    /// <summary>Its frames.</summary>
    public VideoStream Stream { get; }

    /// <summary>Its controls.</summary>
    public VideoControls Controls { get; }

    /// <summary>What it can do.</summary>
    public FrameCameraLimits Limits { get; }

    /// <summary>Lines of a frame.</summary>
    public int Lines { get; }

    /// <summary>Samples of a line.</summary>
    public int Samples { get; }

    /// <summary>Ends when the stream ended by itself, with the reason.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Whether the stream runs by itself.</summary>
    public bool RunsFree => _running == FrameTrigger.FreeRun;

    /// <summary>Finds, opens and sets up a device. Blocks for as long as its driver takes.</summary>
    /// <param name="calls">The kernel.</param>
    /// <param name="options">Which one, and how.</param>
    /// <param name="again">The camera to find again; null at the first time.</param>
    /// <param name="time">Clock of the frames.</param>
    /// <exception cref="CameraFaultException">It is not there, used by another, or does not answer now.</exception>
    /// <exception cref="BadInputException">It cannot be set up so.</exception>
    public static VideoSession Open(IMappingCalls calls, V4l2Options options, VideoDevice? again, TimeProvider time)
    {
        var (file, device) = again is null ? VideoDevices.Open(calls, options.Device) : VideoDevices.OpenAgain(calls, again);
        try
        {
            return new VideoSession(device, file, options.Settings, SetFormat(file, device, options.Settings), time);
        }
        catch (V4l2Exception e)
        {
            file.Dispose();
            throw e.IsBusy
                ? new CameraFaultException($"Camera {device} is used by another program: {e.Message}. End that one (v4l2-ctl, a viewer).", e)
                : new CameraFaultException($"Camera {device} does not answer: {e.Message}. Check the sensor's cable and its driver's messages (dmesg).", e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Carries out calls on the device, one caller at a time.</summary>
    /// <exception cref="V4l2Exception">The driver refuses, or the device is gone.</exception>
    /// <exception cref="CameraFaultException">The session is over.</exception>
    public async Task RunAsync(Func<VideoFile, Task> calls, CancellationToken cancellationToken)
    {
        await _link.WaitAsync(cancellationToken);
        try
        {
            if (_closed)
            {
                throw new CameraFaultException($"Camera {Device} went away.");
            }

            await Task.Run(() => calls(_file), CancellationToken.None);
        }
        finally
        {
            _link.Release();
        }
    }

    /// <summary>Sees to it that the stream runs with a trigger; it goes on from capture to capture.</summary>
    public async Task StartAsync(FrameTrigger trigger)
    {
        if (_running == trigger)
        {
            return;
        }

        await HaltAsync();
        Controls.Apply(trigger == FrameTrigger.Line ? _settings.LineTrigger ?? [] : _settings.FreeRun);
        Stream.Start();
        _running = trigger;
    }

    /// <summary>Stops the stream.</summary>
    public async Task HaltAsync()
    {
        if (_running is not null)
        {
            _running = null;
            await Stream.StopAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _link.WaitAsync(CancellationToken.None);
        try
        {
            if (!_closed)
            {
                _closed = true;
                Stream.IsArmed = false;
                await Stream.DisposeAsync();
                _file.Dispose();
            }
        }
        finally
        {
            _link.Release();
        }
    }

    private static VideoFormat SetFormat(VideoFile file, VideoDevice device, V4l2Settings settings)
    {
        VideoFormat format;
        try
        {
            format = file.SetFormat(settings.Samples, settings.Lines, settings.PixelFormat);
        }
        catch (V4l2Exception e) when (e.Error == ErrorNumber.InvalidArgument)
        {
            throw new BadInputException($"{settings.Origin}: camera {device} refuses {settings.PixelFormat}: {e.Message}. 'v4l2-ctl -d {device.Path} --list-formats-ext' lists what it gives.", e);
        }

        if (format.Code != (uint)settings.PixelFormat)
        {
            throw new BadInputException(
                $"{settings.Origin}: camera {device} gives {format.CodeText} when {settings.PixelFormat} is asked; 'v4l2-ctl -d {device.Path} --list-formats-ext' lists what it gives.");
        }

        return settings.Lines == 0 || (format.Lines == settings.Lines && format.Samples == settings.Samples)
            ? format
            : throw new BadInputException(
                $"{settings.Origin}: camera {device} gives {format.Lines} lines × {format.Samples} samples when {settings.Lines} × {settings.Samples} is asked; correct 'size'.");
    }
}
