namespace HsiEdge.Core.Publish;

/// <summary>Names of the MQTT 5 user properties on the box's messages.</summary>
public static class UserPropertyNames
{
    /// <summary>ULID of the message: the same on every delivery, so that a consumer drops duplicates by it.</summary>
    public const string Id = "id";

    /// <summary>Age of the message in ms when it was handed to the broker, ≥ 0, an integer; set at send time.</summary>
    public const string AgeMilliseconds = "ageMilliseconds";

    /// <summary><c>true</c> when the message was sent late (after an outage), else <c>false</c>; set at send time.</summary>
    public const string Historical = "historical";

    /// <summary>ULID of the result that an overlay shows.</summary>
    public const string Result = "result";

    /// <summary><c>true</c> when an overlay shows synthetic data.</summary>
    public const string Synthetic = "synthetic";

    /// <summary>The research-use notice of an overlay.</summary>
    public const string Notice = "notice";
}
