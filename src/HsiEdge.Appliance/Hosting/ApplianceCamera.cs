using HsiEdge.Appliance.Configuration;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.Phantom;
using HsiEdge.Devices.Replay;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>The camera that the configuration names: the one place that knows all kinds. A new kind is a new case here.</summary>
/// <param name="Source">Gives cubes; owns the hardware.</param>
/// <param name="Plan">How cubes are taken; null for recordings.</param>
/// <param name="References">Takes dark and white; null where recordings bring their own.</param>
/// <param name="Bands">The camera behind the cubes, for references; null for recordings.</param>
/// <param name="Frames">The frame camera behind it, which can be unplugged and come back; null where there is none.</param>
internal sealed record ApplianceCamera(ICubeSource Source, ScanPlan? Plan, IReferenceSource? References, IBandCamera? Bands = null, IFrameCamera? Frames = null)
{
    /// <summary>Makes it, without opening it.</summary>
    /// <param name="configuration">Which one, and how.</param>
    /// <param name="board">The open board; null where none is configured.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="logs">For its messages.</param>
    /// <exception cref="Core.BadInputException">The plan or the recordings cannot be used.</exception>
    public static ApplianceCamera Create(ApplianceConfiguration configuration, ApplianceBoard? board, TimeProvider time, ILoggerFactory logs) => configuration.Camera.Source switch
    {
        CameraSource.Phantom => Phantom(configuration, time, logs),
        CameraSource.Replay => Replay(configuration.Camera, time, logs),
        CameraSource.GenICam or CameraSource.V4l2 => Scanning(FrameCameras.Create(configuration.Camera, time, logs), configuration, board, time, logs),
        var source => throw new ArgumentOutOfRangeException(nameof(configuration), source, "not a camera"),
    };

    /// <summary>A frame camera, with the light source and the lines that the plan asks for. Every kind of frame camera comes through here.</summary>
    /// <param name="camera">The camera, not opened; belongs to the source from then on.</param>
    /// <param name="configuration">Plan, light port, patience and memory.</param>
    /// <param name="board">The open board; null where none is configured.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="logs">For its messages.</param>
    /// <exception cref="Core.BadInputException">The plan cannot be read, or needs what the configuration does not name.</exception>
    internal static ApplianceCamera Scanning(
        IFrameCamera camera, ApplianceConfiguration configuration, ApplianceBoard? board, TimeProvider time, ILoggerFactory logs)
    {
        var plan = ScanPlanFile.Read(configuration.Camera.PlanPath);
        var scanner = ScanningSetup.Create(camera, plan, configuration, board, time, logs);
        var patience = ScanningSetup.PatienceWithScanner(configuration.Acquire, plan);
        return new ApplianceCamera(new FrameCubeSource(scanner, plan, patience, time, logs.CreateLogger<FrameCubeSource>()), plan, References: null, scanner, camera);
    }

    private static ApplianceCamera Replay(CameraOptions options, TimeProvider time, ILoggerFactory logs) =>
        new(new ReplayCubeSource(new ReplayOptions { Folder = options.ReplayFolder }, time, logs.CreateLogger<ReplayCubeSource>()), Plan: null, References: null);

    private static ApplianceCamera Phantom(ApplianceConfiguration configuration, TimeProvider time, ILoggerFactory logs)
    {
        var options = configuration.Camera;
        var plan = options.PlanPath.Length == 0 ? PhantomCameraOptions.DefaultPlan : ScanPlanFile.Read(options.PlanPath);
        var camera = new PhantomBandCamera(
            new PhantomCameraOptions
            {
                Seed = (ulong)options.PhantomSeed,
                Patient = options.PhantomPatient,
                FramePeriod = TimeSpan.FromMilliseconds(options.FramePeriodMilliseconds),
            },
            time);
        return new ApplianceCamera(new FrameCubeSource(camera, plan, configuration.Acquire, time, logs.CreateLogger<FrameCubeSource>()), plan, camera, camera);
    }
}
