using HsiEdge.Delivery.Publish.HomeAssistant;
using HsiEdge.Delivery.Publish.Sparkplug;

namespace HsiEdge.Delivery.Publish;

/// <summary>How to reach the broker (configuration section <c>Mqtt</c>). A new option gets a check in <see cref="MqttOptionsValidator"/>.</summary>
public sealed class MqttOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Mqtt";

    /// <summary>False: nothing is sent, messages wait in the outbox.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Name or address of the broker.</summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>TCP port; 1883 is usual without TLS, 8883 with.</summary>
    public int Port { get; set; } = 1883;

    /// <summary>Whether to use TLS 1.2 or 1.3. Required for any host but loopback unless <see cref="AllowPlaintext"/>.</summary>
    public bool UseTls { get; set; }

    /// <summary>Allows a connection without TLS to a host that is not loopback: results and commands then cross the network readable and forgeable.</summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>User name, or null.</summary>
    public string? UserName { get; set; }

    /// <summary>File with the password (its first line), or null.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>The password itself, or null: from the environment alone (<c>HSIEDGE__Mqtt__Password</c>); in a file or on the command line it is refused.</summary>
    public string? Password { get; set; }

    /// <summary>PEM file with the certificate authorities to trust instead of the system's, or null.</summary>
    public string? CaFile { get; set; }

    /// <summary>PEM file with the client's certificate, or null.</summary>
    public string? ClientCertificateFile { get; set; }

    /// <summary>PEM file with the key of <see cref="ClientCertificateFile"/>, or null.</summary>
    public string? ClientKeyFile { get; set; }

    /// <summary>Section <c>Sparkplug</c>.</summary>
    public SparkplugOptions Sparkplug { get; } = new();

    /// <summary>Section <c>HomeAssistant</c>.</summary>
    public HomeAssistantOptions HomeAssistant { get; } = new();

    /// <summary>Days before a certificate's end from which it is a warning, 1…365; of the client's certificate, its chain, the authorities and the broker's.</summary>
    public int ExpiryWarningDays { get; set; } = 30;

    /// <summary>Longest silence on the link in s before it is probed, 2…600.</summary>
    public int KeepAliveSeconds { get; set; } = 15;

    /// <summary>How long the broker keeps the session (the command subscription) while the box is away, in s, ≥ 1.</summary>
    public long SessionExpirySeconds { get; set; } = 86_400;

    /// <summary>Time in s for a connect, a publish or a subscribe to be acknowledged, 1…300.</summary>
    public int AcknowledgeTimeoutSeconds { get; set; } = 10;

    /// <summary>Largest pause between attempts to connect in s, 1…3600.</summary>
    public int MaximumReconnectDelaySeconds { get; set; } = 30;

    /// <summary>Messages in flight at once, 1…1024; the broker may ask for fewer.</summary>
    public int MaximumInFlight { get; set; } = 64;

    /// <summary>A message handed over later than this many s after it was made is marked <c>historical</c>, 1…86400.</summary>
    public int HistoricalAfterSeconds { get; set; } = 30;

    /// <summary>How long a stop goes on sending waiting messages in ms, 0…60000.</summary>
    public int StopDrainMilliseconds { get; set; } = 1_500;
}
