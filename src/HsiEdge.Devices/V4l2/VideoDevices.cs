using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.Kernel;

namespace HsiEdge.Devices.V4l2;

/// <summary>Finds a video device among those there are.</summary>
internal static class VideoDevices
{
    private const string Prefix = "/dev/video";

    /// <summary>Finds and opens the device of a name.</summary>
    /// <param name="calls">The kernel.</param>
    /// <param name="name">Device file, card or bus; empty for the only one.</param>
    /// <exception cref="CameraFaultException">It is not there or cannot be opened now.</exception>
    /// <exception cref="BadInputException">Several are there, or it is no camera for this adapter.</exception>
    public static (VideoFile File, VideoDevice Device) Open(IMappingCalls calls, string name)
    {
        if (name.StartsWith('/'))
        {
            var (file, device) = Describe(calls, name);
            if (!device.IsUsable)
            {
                file.Dispose();
                throw Unusable(device);
            }

            return (file, device);
        }

        return Choose(calls, name.Length == 0 ? "Camera:Device is empty" : $"Camera:Device is '{name}'", d => name.Length == 0 || d.IsCalled(name));
    }

    /// <summary>Finds and opens a camera again that was away; its device file may have another number.</summary>
    /// <exception cref="CameraFaultException">It is not back.</exception>
    public static (VideoFile File, VideoDevice Device) OpenAgain(IMappingCalls calls, VideoDevice wanted) =>
        Choose(calls, $"Looking for {wanted}", d => d.IsSameAs(wanted));

    private static (VideoFile File, VideoDevice Device) Choose(IMappingCalls calls, string asked, Func<VideoDevice, bool> wanted)
    {
        List<VideoDevice> found = [];
        List<string> faults = [];
        foreach (var path in calls.Devices(Prefix))
        {
            try
            {
                var (file, device) = Describe(calls, path);
                file.Dispose();
                found.Add(device);
            }
            catch (CameraFaultException e)
            {
                faults.Add(e.Message);
            }
        }

        var fitting = found.Where(wanted).ToList();
        var usable = fitting.Where(d => d.IsUsable).ToList();
        return usable.Count switch
        {
            1 => Describe(calls, usable[0].Path),
            0 when fitting.Count > 0 => throw Unusable(fitting[0]),
            0 => throw new CameraFaultException($"{asked}; there {List(found, faults)}. Check the sensor's cable, its driver and its device-tree overlay."),
            _ => throw new BadInputException($"{asked}; that fits {string.Join(" and ", usable)}. Name one by its device file or its bus."),
        };
    }

    private static (VideoFile File, VideoDevice Device) Describe(IMappingCalls calls, string path)
    {
        VideoFile? file = null;
        try
        {
            file = VideoFile.Open(calls, path);
            return (file, file.Describe());
        }
        catch (V4l2Exception e)
        {
            file?.Dispose();
            var advice = e.Error switch
            {
                ErrorNumber.AccessDenied or ErrorNumber.NotPermitted => "The user that runs the box must be in the group 'video'.",
                ErrorNumber.Busy => "Another program has it: end that one.",
                _ => "Check the sensor's cable, its driver and its device-tree overlay.",
            };
            throw new CameraFaultException($"{path} cannot be used: {e.Message}. {advice}", e);
        }
    }

    private static BadInputException Unusable(VideoDevice device) => new(
        device.IsPlanar
            ? $"{device} gives its frames in planes (V4L2_CAP_VIDEO_CAPTURE_MPLANE), which this version does not read; choose a device of single-plane capture."
            : $"{device} does not capture and stream (capabilities 0x{device.Capabilities:X8}); choose the device file of the sensor's frames.");

    private static string List(List<VideoDevice> found, List<string> faults) =>
        found.Count + faults.Count == 0 ? "is no video device" : "are " + string.Join("; ", found.Select(d => d.ToString()).Concat(faults));
}
