namespace HsiEdge.Devices.V4l2;

/// <summary>How a V4L2 camera is set up (<see cref="V4l2SettingsFile"/>).</summary>
public sealed record V4l2Settings
{
    /// <summary>Where these settings come from, for messages.</summary>
    public string Origin { get; init; } = "the default settings";

    /// <summary>Serial number of the sensor as calibration sets carry it; empty takes the bus, which stays the same when the sensor is exchanged.</summary>
    public string Serial { get; init; } = "";

    /// <summary>Format of the frames.</summary>
    public V4l2PixelFormat PixelFormat { get; init; } = V4l2PixelFormat.Y16;

    /// <summary>Bits by which the driver's 2-byte words stand too far left, 0…8.</summary>
    public int Shift { get; init; }

    /// <summary>Lines of a frame; 0 keeps what the driver has.</summary>
    public int Lines { get; init; }

    /// <summary>Samples of a line; 0 keeps what the driver has.</summary>
    public int Samples { get; init; }

    /// <summary>Buffers shared with the driver, 2…32.</summary>
    public int Buffers { get; init; } = 8;

    /// <summary>The control that sets the exposure.</summary>
    public string ExposureControl { get; init; } = "exposure_time_absolute";

    /// <summary>µs of one unit of that control; null where the kernel defines it: 100 µs for exposure_time_absolute, no other has a unit of its own.</summary>
    public double? ExposureUnitMicroseconds { get; init; }

    /// <summary>The control that sets the gain; empty where plans do not set it.</summary>
    public string GainControl { get; init; } = "";

    /// <summary>dB of one unit of that control.</summary>
    public double GainUnitDecibels { get; init; }

    /// <summary>Controls set when the camera is opened, in this order.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Controls { get; init; } = [];

    /// <summary>Controls that make the sensor wait for its trigger line; empty where the driver does so by itself; null where it has no trigger input.</summary>
    public IReadOnlyList<KeyValuePair<string, long>>? LineTrigger { get; init; }

    /// <summary>Controls that make the sensor run by itself.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> FreeRun { get; init; } = [];
}
