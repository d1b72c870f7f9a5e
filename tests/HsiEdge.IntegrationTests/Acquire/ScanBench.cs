using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.GenICam;
using HsiEdge.Devices.Gpio;
using HsiEdge.Devices.Light;
using HsiEdge.Devices.Phantom;
using HsiEdge.Devices.Scan;
using HsiEdge.Devices.Scene;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.IntegrationTests.Acquire;

/// <summary>
/// A cart on a bench: a simulated board whose wires are a real socket, the scene camera wired to it, and the scanning camera that takes its frames over GigE Vision,
/// up to whole cubes. Nothing between trigger and cube is a stand-in.
/// </summary>
internal sealed class ScanBench : IAsyncDisposable
{
    public const int Lines = 64;
    public const int Samples = 80;
    private static readonly string Profile = Path.Combine(SharedData.RepositoryRoot, "firmware-config", "boards", "simulated.json");
    private readonly TemporaryFolder _folder = new();
    private readonly SimulatedBoard _board = new(BoardProfileFile.Read(Profile));
    private readonly PulseThread _pulses = new(new PulseThreadOptions(), NullLogger<PulseThread>.Instance);
    private readonly SimulatedWires _wires;
    private SceneServer? _scene;
    private SceneWires? _cables;
    private long _sequence;

    private ScanBench(ScanPlan plan)
    {
        Plan = plan;
        _wires = SimulatedWires.Listen(_board, _folder.File("wires"), NullLogger.Instance);
    }

    public ScanPlan Plan { get; }

    public SceneServer Scene => _scene!;

    public FrameCubeSource Cubes { get; private set; } = null!;

    /// <summary>Sets it up and opens it.</summary>
    /// <param name="serial">Serial of the scene camera, told apart from all others on this machine.</param>
    /// <param name="plan">How cubes are taken.</param>
    public static async Task<ScanBench> OpenAsync(string serial, ScanPlan plan)
    {
        var bench = new ScanBench(plan);
        try
        {
            bench._scene = SceneServer.Start(new SceneServerOptions { Serial = serial, Plan = plan, Lines = Lines, Samples = Samples });
            bench._cables = await SceneWires.ConnectAsync(bench._scene, plan, bench._folder.File("wires"), default);
            bench.Cubes = CubesOf(CameraOf(serial), plan, bench._board, bench._pulses);
            await bench.Cubes.OpenAsync(default);
            return bench;
        }
        catch
        {
            await bench.DisposeAsync();
            throw;
        }
    }

    /// <summary>A cube source over a camera of this machine.</summary>
    public static FrameCubeSource CubesOf(IFrameCamera camera, ScanPlan plan, IBoardPins? board, IPulseEngine? pulses)
    {
        ILightSource light = plan.Light switch
        {
            GpioLight => new GpioLightSource(board!, pulses!),
            CameraLight => new CameraLightSource(camera),
            _ => new FixedLightSource(),
        };
        var scanner = new ScanningCamera(
            new ScanningParts { Camera = camera, Light = light, Board = board, Pulses = pulses },
            new ScanningOptions { FrameTimeoutMilliseconds = 1000 }, TimeProvider.System, NullLogger<ScanningCamera>.Instance);
        return new FrameCubeSource(
            scanner, plan, new AcquireOptions { FrameTimeoutMilliseconds = 5000, LateAfterMilliseconds = 2000 }, TimeProvider.System, NullLogger<FrameCubeSource>.Instance);
    }

    /// <summary>The scene camera as a GenICam camera.</summary>
    public static GenICamCamera CameraOf(string serial) => new(
        new GenICamOptions { Device = serial, Features = new CameraFeatures { Origin = "bench", PacketBytes = 1400 } }, TimeProvider.System, NullLogger<GenICamCamera>.Instance);

    /// <summary>Takes a cube.</summary>
    public Task<AcquiredCube> CaptureAsync() => CaptureAsync(Cubes, ++_sequence);

    /// <summary>Takes a cube.</summary>
    public static async Task<AcquiredCube> CaptureAsync(FrameCubeSource cubes, long sequence)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var time = TimeProvider.System;
        return await cubes.AcquireAsync(new TriggerEvent(sequence, time.GetTimestamp(), time.GetUtcNow(), TriggerCause.Footswitch, null), limit.Token);
    }

    /// <summary>Mean of each band of what the phantom shows in a pose, rendered without any camera link.</summary>
    public static async Task<double[]> RenderedAsync(ScanPlan plan, int pose)
    {
        await using var camera = new PhantomBandCamera(new PhantomCameraOptions { Seed = 1, Patient = 1, Lines = Lines, Samples = Samples }, TimeProvider.System);
        var bands = plan with { Light = FixedLight.Instance, Trigger = SoftwareTrigger.Instance, Order = [], Averages = 1, DarkEvery = 0 };
        var means = new double[plan.Wavelengths.Count];
        for (var capture = 0; capture <= pose; capture++)
        {
            await foreach (var frame in camera.CaptureAsync(ScanSchedule.Of(bands), new NoPulses(), default))
            {
                means[frame.Step!.Value] = frame.Pixels.ToArray().Average(p => (double)p);
            }
        }

        return means;
    }

    /// <summary>Mean of each band of a cube.</summary>
    public static double[] MeansOf(AcquiredCube acquired)
    {
        var cube = (RawCube)acquired.Cube;
        var spectrum = new float[cube.Shape.Bands];
        var sums = new double[spectrum.Length];
        for (var pixel = 0; pixel < cube.Shape.PixelCount; pixel++)
        {
            cube.ReadPixels(pixel, 1, spectrum);
            for (var band = 0; band < sums.Length; band++)
            {
                sums[band] += spectrum[band];
            }
        }

        return [.. sums.Select(s => s / cube.Shape.PixelCount)];
    }

    public async ValueTask DisposeAsync()
    {
        if (Cubes is not null)
        {
            await Cubes.DisposeAsync();
        }

        if (_cables is not null)
        {
            await _cables.DisposeAsync();
        }

        _scene?.Dispose();
        await _pulses.DisposeAsync();
        await _wires.DisposeAsync();
        await _board.DisposeAsync();
        _folder.Dispose();
    }

    private sealed class NoPulses : ICapturePulses
    {
        public void Sent(int step, long timestamp)
        {
        }

        public void ExposureSeen(long timestamp)
        {
        }
    }
}
