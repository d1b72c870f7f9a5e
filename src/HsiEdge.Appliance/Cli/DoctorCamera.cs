using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Hosting;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Envi;
using HsiEdge.Devices.GenICam;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Appliance.Cli;

/// <summary>What <c>doctor</c> says of the camera: a real one is opened, set up and let go of.</summary>
internal static class DoctorCamera
{
    private const string Name = "camera";

    /// <summary>Checks the camera of a configuration.</summary>
    /// <param name="options">Which.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellationToken">Stops waiting for it.</param>
    /// <exception cref="Core.BadInputException">Its plan or file cannot be used, or it refuses a feature.</exception>
    public static async Task<DoctorItem> CheckAsync(CameraOptions options, TimeProvider time, CancellationToken cancellationToken) => options.Source switch
    {
        CameraSource.Phantom => Phantom(options),
        CameraSource.Replay => Replay(options),
        _ => await FrameCameraAsync(options, time, cancellationToken),
    };

    /// <summary>Cameras that answer, where the configuration wants one of them.</summary>
    /// <param name="options">Which camera is wanted.</param>
    /// <param name="cancellationToken">Stops waiting for them.</param>
    public static async Task<IReadOnlyList<DiscoveredCamera>> ListAsync(CameraOptions options, CancellationToken cancellationToken)
    {
        if (options.Source != CameraSource.GenICam)
        {
            return [];
        }

        try
        {
            return await Task.Run(CameraDiscovery.List, cancellationToken);
        }
        catch (CameraFaultException)
        {
            // The camera's own check says what is missing.
            return [];
        }
    }

    private static DoctorItem Phantom(CameraOptions options)
    {
        var plan = options.PlanPath.Length == 0 ? "its own plan" : $"plan {ScanPlanFile.Read(options.PlanPath).Name}";
        return DoctorItem.Warning(Name, $"phantom, {plan}: results are SYNTHETIC", "Set Camera:Source for a cart in use.");
    }

    private static DoctorItem Replay(CameraOptions options)
    {
        var folder = Path.GetFullPath(options.ReplayFolder);
        var headers = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.hdr").Order(StringComparer.Ordinal).ToList() : [];
        if (headers.Count == 0)
        {
            return DoctorItem.Failed(Name, $"{folder} holds no ENVI header (*.hdr)", "Set Camera:ReplayFolder to a folder of recorded cubes.");
        }

        var first = EnviHeader.Read(headers[0]);
        return DoctorItem.Ok(Name, $"replay of {headers.Count} headers in {folder}, first {Path.GetFileName(headers[0])}: {first.Shape}");
    }

    private static async Task<DoctorItem> FrameCameraAsync(CameraOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var plan = ScanPlanFile.Read(options.PlanPath);
        await using var camera = FrameCameras.Create(options, time, NullLoggerFactory.Instance);
        try
        {
            await camera.OpenAsync(cancellationToken);
        }
        catch (CameraFaultException e)
        {
            return DoctorItem.Failed(Name, e.Message, "A running worker holds its camera: then its health of camera tells. Else correct what the message says.");
        }

        var temperature = camera.TemperatureCelsius is { } celsius ? $", sensor {celsius:0.0} °C" : "";
        var found = $"{camera.Identity.Model} {camera.Identity.Serial}: {camera.Lines} lines x {camera.Samples} samples{temperature}, plan {plan.Name}";
        return camera.Identity.Synthetic ? DoctorItem.Warning(Name, $"{found}: results are SYNTHETIC", "Name a real camera in Camera:Device for a cart in use.") : DoctorItem.Ok(Name, found);
    }
}
