namespace HsiEdge.Appliance.Configuration;

/// <summary>Where cubes come from (configuration section <c>Camera</c>).</summary>
public sealed class CameraOptions
{
    /// <summary>Which camera.</summary>
    public CameraSource Source { get; set; } = CameraSource.Phantom;

    /// <summary>Folder of ENVI cubes that the replay camera plays in order of name; needed when the source is replay.</summary>
    public string ReplayFolder { get; set; } = "";

    /// <summary>Which GenICam camera (serial number, address or id) or V4L2 device (device file, card or bus); empty takes the only one there is.</summary>
    public string Device { get; set; } = "";

    /// <summary>How a GenICam or V4L2 camera is set up (JSON, <c>firmware-config/cameras</c>); empty leaves all but format and trigger as the camera has it.</summary>
    public string FeaturesPath { get; set; } = "";

    /// <summary>Scan plan (JSON) of a band-by-band camera; needed but for the phantom, where empty takes the phantom's own plan.</summary>
    public string PlanPath { get; set; } = "";

    /// <summary>Serial port of the light source, such as /dev/ttyUSB0; needed when the scan plan commands its light over a serial port.</summary>
    public string LightPort { get; set; } = "";

    /// <summary>Seed of the phantom's scene and noise.</summary>
    public int PhantomSeed { get; set; } = 1;

    /// <summary>Which digital patient of that seed the phantom camera looks at, 0…9999. They differ as people do: no model suits them all.</summary>
    public int PhantomPatient { get; set; } = 1;

    /// <summary>Time between two frames of the phantom camera in ms; 0 is as fast as it can.</summary>
    public double FramePeriodMilliseconds { get; set; } = 2.0;
}

/// <summary>Kinds of camera this version has.</summary>
public enum CameraSource
{
    /// <summary>The simulated instrument over digital tissue: synthetic.</summary>
    Phantom,

    /// <summary>A folder of recorded ENVI cubes.</summary>
    Replay,

    /// <summary>A GigE Vision or USB3 Vision camera, stepped through a scan plan.</summary>
    GenICam,

    /// <summary>A sensor behind the kernel's video interface, stepped through a scan plan.</summary>
    V4l2,
}
