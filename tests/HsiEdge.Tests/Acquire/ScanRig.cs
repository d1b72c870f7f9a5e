using System.Collections.Concurrent;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;
using HsiEdge.Devices.Light;
using HsiEdge.Devices.Scan;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Tests.Acquire;

/// <summary>
/// A scripted camera wired to a board: the trigger line triggers it, the source lines make its light (bit n for line n), and its exposure line reports each
/// trigger. The pulses come from the real thread.
/// </summary>
internal sealed class ScanRig : ICapturePulses, IAsyncDisposable
{
    public static readonly PinRole[] AllRoles =
        [PinRole.CameraTrigger, PinRole.SourceStep, PinRole.SourceStep, PinRole.SourceStep, PinRole.SourceSync, PinRole.ExposureActive];

    private readonly ConcurrentQueue<long> _edges = new();
    private readonly IDisposable _observation;
    private int _levels;

    public ScanRig(ScanPlan plan, params PinRole[] roles)
    {
        Schedule = ScanSchedule.Of(plan);
        Board = new SimulatedBoard(new BoardDescription(Profile(roles.Length == 0 ? AllRoles : roles), []));
        _observation = Board.Observe(Changed);
        Camera = new ScriptedFrameCamera(TimeProvider.System);
        ILightSource light = plan.Light switch
        {
            GpioLight => new GpioLightSource(Board, Pulses),
            CameraLight => new CameraLightSource(Camera),
            _ => new FixedLightSource(),
        };
        Scanner = new ScanningCamera(
            new ScanningParts { Camera = Camera, Light = light, Board = Board, Pulses = Pulses },
            Options, TimeProvider.System, NullLogger<ScanningCamera>.Instance);
    }

    public ScanSchedule Schedule { get; }

    public SimulatedBoard Board { get; }

    public PulseThread Pulses { get; } = new(new PulseThreadOptions(), NullLogger<PulseThread>.Instance);

    public ScriptedFrameCamera Camera { get; }

    public ScanningCamera Scanner { get; }

    public ScanningOptions Options { get; } = new() { FrameTimeoutMilliseconds = 800, SyncTimeoutMilliseconds = 800 };

    /// <summary>Light levels in the order they were set.</summary>
    public List<int> Lights { get; } = [];

    /// <summary>What reached the ledger and when, in order.</summary>
    public List<(int Step, long Timestamp)> Sent { get; } = [];

    public IReadOnlyCollection<long> Edges => _edges;

    /// <summary>What came out, in order; pixels by the light of their exposure.</summary>
    public List<(BandFrame Frame, ushort Light, int SentBefore)> Frames { get; } = [];

    public bool TriggerLineActive => Board.Read(Board.Profile.Find(PinRole.CameraTrigger)!);

    public static ScanPlan Plan(int bands, TriggerPlan trigger, LightPlan? light = null, double exposure = 500, double settle = 200) =>
        new("rig", new WavelengthAxis([.. Enumerable.Range(0, bands).Select(b => 1000.0 + (100 * b))]), [.. Enumerable.Repeat(exposure, bands)], settle, 0.5, StoreRawCube: false)
        {
            Trigger = trigger,
            Light = light ?? FixedLight.Instance,
        };

    public async Task CaptureAsync(CancellationToken cancellationToken = default)
    {
        await Scanner.OpenAsync(Schedule, cancellationToken);
        await foreach (var frame in Scanner.CaptureAsync(Schedule, this, cancellationToken))
        {
            lock (Sent)
            {
                Frames.Add((frame, frame.Pixels.Span[0], Sent.Count));
            }
        }
    }

    /// <summary>Lets the camera run by its own clock from when it is armed, an encoder moving along.</summary>
    public IDisposable RunFree(double linesPerSecond, int encoderEdgesPerLine = 0)
    {
        Camera.Latency = TimeSpan.Zero;
        var period = TimeSpan.FromSeconds(1 / linesPerSecond);
        return TimeProvider.System.CreateTimer(
            _ =>
            {
                if (Camera.Armed != FrameTrigger.FreeRun)
                {
                    return;
                }

                lock (_edges)
                {
                    Camera.Trigger();
                    for (var i = 0; i < encoderEdgesPerLine; i++)
                    {
                        Board.Drive(PinRole.SourceSync, true);
                        Board.Drive(PinRole.SourceSync, false);
                    }
                }
            },
            null, period, period);
    }

    void ICapturePulses.Sent(int step, long timestamp)
    {
        lock (Sent)
        {
            Sent.Add((step, timestamp));
        }
    }

    void ICapturePulses.ExposureSeen(long timestamp) => _edges.Enqueue(timestamp);

    public async ValueTask DisposeAsync()
    {
        await Scanner.DisposeAsync();
        await Pulses.DisposeAsync();
        _observation.Dispose();
        await Board.DisposeAsync();
    }

    private static BoardProfile Profile(PinRole[] roles) => new(
        "rig", "Rig", Simulated: true,
        [.. roles.GroupBy(r => r).SelectMany(g => g.Select((r, i) => new PinLine(r, i, "chip", $"{r}{i}", ActiveLow: false, PinBias.AsIs, 0, null)))]);

    private void Changed(PinChange change)
    {
        var (line, active) = (change.Line, change.Active);
        if (line.Role == PinRole.SourceStep)
        {
            var levels = active ? _levels | (1 << line.Index) : _levels & ~(1 << line.Index);
            if (levels != _levels)
            {
                _levels = levels;
                Lights.Add(levels);
                Camera.Light = (ushort)levels;
            }
        }
        else if (line.Role == PinRole.CameraTrigger && active && Camera.Armed == FrameTrigger.Line)
        {
            Camera.Trigger();
            if (Board.Profile.Find(PinRole.ExposureActive) is not null)
            {
                Board.Drive(PinRole.ExposureActive, true);
                Board.Drive(PinRole.ExposureActive, false);
            }
        }
    }
}
