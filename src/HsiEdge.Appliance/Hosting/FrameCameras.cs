using HsiEdge.Appliance.Configuration;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.GenICam;
using HsiEdge.Devices.Kernel;
using HsiEdge.Devices.V4l2;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>The frame camera that the configuration names. A new kind is a new case here and in <see cref="ApplianceCamera.Create"/>.</summary>
internal static class FrameCameras
{
    /// <summary>Makes it, without looking for it.</summary>
    /// <param name="options">Which one, and how it is set up.</param>
    /// <param name="time">Clock of its frames.</param>
    /// <param name="logs">For its messages.</param>
    /// <exception cref="Core.BadInputException">Its file cannot be used.</exception>
    public static IFrameCamera Create(CameraOptions options, TimeProvider time, ILoggerFactory logs) => options.Source switch
    {
        CameraSource.GenICam => new GenICamCamera(
            new GenICamOptions { Device = options.Device, Features = options.FeaturesPath.Length > 0 ? CameraFeatureFile.Read(options.FeaturesPath) : new CameraFeatures() },
            time, logs.CreateLogger<GenICamCamera>()),
        CameraSource.V4l2 => new V4l2Camera(
            new V4l2Options { Device = options.Device, Settings = options.FeaturesPath.Length > 0 ? V4l2SettingsFile.Read(options.FeaturesPath) : new V4l2Settings() },
            LinuxSystemCalls.Instance, time, logs.CreateLogger<V4l2Camera>()),
        var source => throw new ArgumentOutOfRangeException(nameof(options), source, "no frame camera"),
    };
}
