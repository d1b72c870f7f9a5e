using System.Threading.Channels;
using HsiEdge.Core.Acquire;

namespace HsiEdge.Testing;

/// <summary>What a <see cref="ScriptedFrameCamera"/> makes of a trigger.</summary>
public enum FrameAnswer
{
    /// <summary>One complete frame.</summary>
    Frame,

    /// <summary>Nothing: the trigger was not seen.</summary>
    Ignored,

    /// <summary>A frame whose number counts, but which is lost on its way.</summary>
    Lost,

    /// <summary>A frame with parts missing.</summary>
    Incomplete,

    /// <summary>Two frames.</summary>
    Doubled,

    /// <summary>A complete frame after <see cref="ScriptedFrameCamera.LateBy"/>.</summary>
    Late,

    /// <summary>The camera goes away.</summary>
    Gone,
}

/// <summary>
/// A frame camera at its boundary: each trigger makes the frame that the script says. Every pixel of a frame carries the value of <see cref="Light"/> at the
/// time of its trigger, so that a test sees which light it was taken in.
/// </summary>
public sealed class ScriptedFrameCamera(TimeProvider time, int lines = 2, int samples = 3) : IFrameCamera
{
    private readonly Queue<Action> _onTheirWay = new();
    private readonly List<ITimer> _timers = [];
    private Channel<CameraFrame> _frames = Channel.CreateUnbounded<CameraFrame>();
    private ulong _ids;
    private int _triggers;

    public CameraIdentity Identity { get; } = new("Scripted camera", "SFC-1", Synthetic: true);

    public int Lines => lines;

    public int Samples => samples;

    public double SaturationCounts => 65535;

    public FrameCameraLimits Limits { get; set; } = new(1, 1_000_000, 0, 24, null, null, CanLineTrigger: true, CanSoftwareTrigger: true);

    public double? TemperatureCelsius { get; set; }

    public string? AwayReason { get; set; }

    /// <summary>What becomes of a trigger, by its number in this camera's life, from 0.</summary>
    public Func<int, FrameAnswer> Script { get; set; } = static _ => FrameAnswer.Frame;

    public TimeSpan LateBy { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Time from a trigger to its frame; zero hands it over at once, so that frames cannot overtake each other.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(1);

    public ushort Light { get; set; }

    public FrameTrigger? Armed { get; private set; }

    public int Triggers => _triggers;

    public bool Disposed { get; private set; }

    public double Exposure { get; private set; }

    public List<string> Calls { get; } = [];

    /// <summary>The memory of every frame, in order.</summary>
    public List<ushort[]> Made { get; } = [];

    public Task OpenAsync(CancellationToken cancellationToken)
    {
        ThrowIfAway();
        Calls.Add("open");
        return Task.CompletedTask;
    }

    public Task ArmAsync(FrameTrigger trigger, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        _frames = Channel.CreateUnbounded<CameraFrame>();
        Armed = trigger;
        Calls.Add("arm " + trigger);
        return Task.CompletedTask;
    }

    public Task SetExposureAsync(double exposureMicroseconds, double? gainDecibels, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        Exposure = exposureMicroseconds;
        return Task.CompletedTask;
    }

    public Task SetFeatureAsync(string feature, long value, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        Calls.Add($"{feature}={value}");
        Light = (ushort)value;
        return Task.CompletedTask;
    }

    public Task FireAsync(CancellationToken cancellationToken)
    {
        ThrowIfAway();
        Trigger();
        return Task.CompletedTask;
    }

    /// <summary>The trigger input, or the camera's own clock.</summary>
    public void Trigger()
    {
        if (Armed is null)
        {
            return;
        }

        var answer = Script(_triggers++);
        var id = answer == FrameAnswer.Ignored ? 0 : _ids++;
        switch (answer)
        {
            case FrameAnswer.Frame or FrameAnswer.Incomplete:
                Send(id, Latency, answer == FrameAnswer.Incomplete ? "missing packets" : null);
                break;
            case FrameAnswer.Doubled:
                Send(id, Latency, null);
                Send(_ids++, Latency, null);
                break;
            case FrameAnswer.Late:
                Send(id, LateBy, null);
                break;
            case FrameAnswer.Gone:
                AwayReason = "the plug is out";
                _frames.Writer.TryComplete(new CameraFaultException($"Camera {Identity.Serial}: {AwayReason}"));
                break;
            default:
                break;
        }
    }

    public async ValueTask<CameraFrame> ReadAsync(CancellationToken cancellationToken)
    {
        ThrowIfAway();
        try
        {
            return await _frames.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException e) when (e.InnerException is CameraFaultException fault)
        {
            throw new CameraFaultException(fault.Message, fault);
        }
    }

    public Task DisarmAsync(CancellationToken cancellationToken)
    {
        Armed = null;
        Calls.Add("disarm");
        ThrowIfAway();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }

    private void Send(ulong id, TimeSpan after, string? fault)
    {
        ushort[] pixels = [.. Enumerable.Repeat(Light, lines * samples)];
        Made.Add(pixels);
        var writer = _frames.Writer;
        if (after == TimeSpan.Zero)
        {
            writer.TryWrite(new CameraFrame(id, 0, time.GetTimestamp(), fault, pixels));
            return;
        }

        // Timers may overtake each other, frames do not: each timer lets the oldest through.
        lock (_onTheirWay)
        {
            _onTheirWay.Enqueue(() => writer.TryWrite(new CameraFrame(id, 0, time.GetTimestamp(), fault, pixels)));
            _timers.Add(time.CreateTimer(_ => LetThrough(), null, after, Timeout.InfiniteTimeSpan));
        }
    }

    private void LetThrough()
    {
        lock (_onTheirWay)
        {
            _onTheirWay.Dequeue()();
        }
    }

    private void ThrowIfAway()
    {
        if (AwayReason is { } reason)
        {
            throw new CameraFaultException($"Camera {Identity.Serial}: {reason}");
        }
    }
}
