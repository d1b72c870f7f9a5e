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
internal sealed record ApplianceCamera(ICubeSource Source, ScanPlan? Plan, IReferenceSource? References)
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
        var source => throw new ArgumentOutOfRangeException(nameof(configuration), source, "not a camera"),
    };

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
        return new ApplianceCamera(new FrameCubeSource(camera, plan, configuration.Acquire, time, logs.CreateLogger<FrameCubeSource>()), plan, camera);
    }
}
