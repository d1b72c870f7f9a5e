namespace HsiEdge.Devices.GenICam;

/// <summary>How a camera is to be set up (<c>firmware-config/cameras/*.json</c>). Null leaves what the camera has.</summary>
public sealed record CameraFeatures
{
    /// <summary>Name for messages: the file.</summary>
    public string Origin { get; init; } = "";

    /// <summary>Counts of a pixel as the camera sends them.</summary>
    public GenICamPixelFormat PixelFormat { get; init; } = GenICamPixelFormat.Mono16;

    /// <summary>Part of the sensor in pixels after binning; null for what the camera has.</summary>
    public SensorRegion? Region { get; init; }

    /// <summary>Pixels added up in both directions, ≥ 1.</summary>
    public int? Binning { get; init; }

    /// <summary>Exposure in µs until a plan sets another.</summary>
    public double? ExposureMicroseconds { get; init; }

    /// <summary>Gain in dB until a plan sets another.</summary>
    public double? GainDecibels { get; init; }

    /// <summary>Input that triggers, as the camera names it: "Line0", "Line1".</summary>
    public string TriggerSource { get; init; } = "Line0";

    /// <summary>Which edge triggers: "RisingEdge", "FallingEdge".</summary>
    public string TriggerActivation { get; init; } = "RisingEdge";

    /// <summary>Bytes of a GigE packet with its headers; 0 lets the library find the largest that passes. Ignored by USB cameras.</summary>
    public int PacketBytes { get; init; }

    /// <summary>Pause between two packets in ns; null leaves what the camera has. Ignored by USB cameras.</summary>
    public long? PacketDelayNanoseconds { get; init; }

    /// <summary>Whether lost packets are asked for again. Ignored by USB cameras.</summary>
    public bool PacketResend { get; init; } = true;

    /// <summary>Whether the kernel's packet socket is used: faster, needs CAP_NET_RAW, and does not work on loopback. Ignored by USB cameras.</summary>
    public bool PacketSocket { get; init; }

    /// <summary>Receive buffer of the socket in bytes. Ignored by USB cameras.</summary>
    public int SocketBufferBytes { get; init; } = 4 << 20;

    /// <summary>Frames that the library can hold while nobody takes them, 2…256.</summary>
    public int StreamBuffers { get; init; } = 16;

    /// <summary>Wait after the stream is started until the first trigger, in ms: what the camera takes to get ready. It is started once, not for each capture.</summary>
    public double StartMilliseconds { get; init; } = 100;

    /// <summary>Any other GenICam features, set in this order: a number, a text (of an enumeration too) or a truth value.</summary>
    public IReadOnlyList<CameraFeature> Others { get; init; } = [];
}

/// <summary>Part of the sensor.</summary>
/// <param name="X">First sample.</param>
/// <param name="Y">First line.</param>
/// <param name="Width">Samples.</param>
/// <param name="Height">Lines.</param>
public sealed record SensorRegion(int X, int Y, int Width, int Height);

/// <summary>One GenICam feature by name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">A double, a string or a bool.</param>
public sealed record CameraFeature(string Name, object Value);
