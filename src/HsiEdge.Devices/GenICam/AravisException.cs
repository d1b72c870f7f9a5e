namespace HsiEdge.Devices.GenICam;

/// <summary>What libaravis reports of a failed call. The codes are those of its ArvDeviceError; errors of other domains are about the camera's description.</summary>
internal sealed class AravisException(string domain, int code, string message) : Exception(message)
{
    private const int WrongFeature = 0;
    private const int FeatureNotFound = 1;
    private const int InvalidParameter = 7;
    private const int NotController = 10;
    private const int NotImplemented = 12;
    private const int BadAlignment = 16;
    private const int AccessDenied = 17;

    /// <summary>Whether the camera itself answered no: what was asked can never be done on it. Everything else may pass.</summary>
    public bool IsRefusal => !IsDevice || code is WrongFeature or FeatureNotFound or InvalidParameter or (>= NotImplemented and <= BadAlignment);

    /// <summary>Whether another program or host controls the camera.</summary>
    public bool IsHeld => IsDevice && code is NotController or AccessDenied;

    /// <summary>The camera obeys another host now.</summary>
    public static AravisException NotControlled() => new("arv-device-error-quark", NotController, "another host or program has taken control of it");

    private bool IsDevice => domain.Contains("device", StringComparison.Ordinal);
}
