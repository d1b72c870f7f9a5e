using HsiEdge.Appliance.Configuration;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.Light;
using HsiEdge.Devices.Scan;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>Puts a frame camera together with the light source that the plan names and the lines of the board: the same for every kind of frame camera.</summary>
internal static class ScanningSetup
{
    /// <summary>Makes the scanning camera, without opening anything.</summary>
    /// <param name="camera">Takes the frames; belongs to the scanning camera from then on.</param>
    /// <param name="plan">How cubes are taken.</param>
    /// <param name="configuration">Light port and patience.</param>
    /// <param name="board">The open board; null where none is configured.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="logs">For its messages.</param>
    /// <exception cref="BadInputException">The plan needs a port or a board that the configuration does not name.</exception>
    public static ScanningCamera Create(
        IFrameCamera camera, ScanPlan plan, ApplianceConfiguration configuration, ApplianceBoard? board, TimeProvider time, ILoggerFactory logs)
    {
        var parts = new ScanningParts
        {
            Camera = camera,
            Light = LightOf(camera, plan, configuration.Camera, board, time, logs),
            Board = board?.Pins,
            Pulses = board?.Pulses,
        };
        var options = new ScanningOptions { FrameTimeoutMilliseconds = configuration.Acquire.FrameTimeoutMilliseconds };
        return new ScanningCamera(parts, options, time, logs.CreateLogger<ScanningCamera>());
    }

    /// <summary>
    /// The patience of the one who waits for the scanner's frames: the scanner itself waits for a frame, passes over one that is missing and steps the light in
    /// between, and what it says then is more than that it was silent.
    /// </summary>
    /// <param name="options">As configured: what the scanner waits for one frame.</param>
    /// <param name="plan">How long its light may take.</param>
    public static AcquireOptions PatienceWithScanner(AcquireOptions options, ScanPlan plan)
    {
        var light = plan.Light switch
        {
            SerialLight serial => 2 * serial.AnswerTimeoutMilliseconds,
            GpioLight { WaitForSync: true } => new ScanningOptions().SyncTimeoutMilliseconds,
            GpioLight { Coding: LightCoding.StepPulse } gpio => (gpio.Positions.Max() + 2) * 2 * gpio.PulseMicroseconds / 1000,
            _ => 0,
        };
        return new AcquireOptions
        {
            FrameTimeoutMilliseconds = (3 * options.FrameTimeoutMilliseconds) + (2 * light),
            LateAfterMilliseconds = options.LateAfterMilliseconds,
            PoolCeilingMebibytes = options.PoolCeilingMebibytes,
        };
    }

    private static ILightSource LightOf(
        IFrameCamera camera, ScanPlan plan, CameraOptions options, ApplianceBoard? board, TimeProvider time, ILoggerFactory logs) => plan.Light switch
        {
            FixedLight => new FixedLightSource(),
            CameraLight => new CameraLightSource(camera),
            GpioLight when board is not null => new GpioLightSource(board.Pins, board.Pulses),
            GpioLight => throw new BadInputException(
                $"Scan plan '{plan.Name}' steps its light by lines of the board, but no board is configured: name its profile in Board:ProfilePath."),
            SerialLight when options.LightPort.Length > 0 => new SerialLightSource(options.LightPort, time, logs.CreateLogger<SerialLightSource>()),
            SerialLight => throw new BadInputException(
                $"Scan plan '{plan.Name}' commands its light over a serial port, but Camera:LightPort is empty: set it to the port, such as /dev/ttyUSB0."),
            _ => throw new ArgumentOutOfRangeException(nameof(plan), plan.Light, "not a light"),
        };
}
