using System.Net;
using Microsoft.Extensions.Options;

namespace HsiEdge.Delivery.Publish;

/// <summary>Checks <see cref="MqttOptions"/>, files included. Disabled options are checked too: enabling must not be the first surprise.</summary>
public sealed class MqttOptionsValidator : IValidateOptions<MqttOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, MqttOptions options)
    {
        var faults = new List<string>();
        CheckHost(options, faults);
        CheckRange(faults, nameof(options.Port), options.Port, 1, 65_535);
        CheckRange(faults, nameof(options.ExpiryWarningDays), options.ExpiryWarningDays, 1, 365);
        CheckRange(faults, nameof(options.KeepAliveSeconds), options.KeepAliveSeconds, 2, 600);
        CheckRange(faults, nameof(options.SessionExpirySeconds), options.SessionExpirySeconds, 1, uint.MaxValue - 1L);
        CheckRange(faults, nameof(options.AcknowledgeTimeoutSeconds), options.AcknowledgeTimeoutSeconds, 1, 300);
        CheckRange(faults, nameof(options.MaximumReconnectDelaySeconds), options.MaximumReconnectDelaySeconds, 1, 3_600);
        CheckRange(faults, nameof(options.MaximumInFlight), options.MaximumInFlight, 1, 1_024);
        CheckRange(faults, nameof(options.HistoricalAfterSeconds), options.HistoricalAfterSeconds, 1, 86_400);
        CheckRange(faults, nameof(options.StopDrainMilliseconds), options.StopDrainMilliseconds, 0, 60_000);
        CheckFile(faults, nameof(options.PasswordFile), options.PasswordFile);
        CheckFile(faults, nameof(options.CaFile), options.CaFile);
        CheckFile(faults, nameof(options.ClientCertificateFile), options.ClientCertificateFile);
        CheckFile(faults, nameof(options.ClientKeyFile), options.ClientKeyFile);
        CheckPairs(options, faults);
        CheckId(faults, "Sparkplug:GroupId", options.Sparkplug.GroupId);
        CheckId(faults, "Sparkplug:EdgeNodeId", options.Sparkplug.EdgeNodeId);
        CheckId(faults, "Sparkplug:PrimaryHostId", options.Sparkplug.PrimaryHostId);
        CheckLevels(faults, "HomeAssistant:Prefix", options.HomeAssistant.Prefix);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>
    /// Whether a host is this machine by address or by a name that RFC 6761 reserves for it. What a reserved name stands for is checked again when it is
    /// connected to; other names that resolve to loopback today may not tomorrow.
    /// </summary>
    internal static bool IsLoopback(string host)
    {
        if (IPAddress.TryParse(host, out var address))
        {
            return IPAddress.IsLoopback(address);
        }

        var name = host.EndsWith('.') ? host[..^1] : host;
        return string.Equals(name, "localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    private static void CheckHost(MqttOptions options, List<string> faults)
    {
        if (string.IsNullOrWhiteSpace(options.Host) || Uri.CheckHostName(options.Host) == UriHostNameType.Unknown)
        {
            faults.Add($"Mqtt:Host is '{options.Host}'; expected the name or address of a broker, without scheme or port.");
        }
        else if (!options.UseTls && !options.AllowPlaintext && !IsLoopback(options.Host))
        {
            faults.Add(
                $"Mqtt:UseTls is false and Mqtt:Host is '{options.Host}', which is not loopback: results and commands would cross the network unprotected. " +
                "Set Mqtt:UseTls to true (port 8883 is usual), or Mqtt:AllowPlaintext to true if the network is trusted.");
        }
    }

    private static void CheckPairs(MqttOptions options, List<string> faults)
    {
        if ((options.PasswordFile ?? options.Password) is not null && options.UserName is null)
        {
            faults.Add($"Mqtt:{(options.PasswordFile is null ? "Password" : "PasswordFile")} is set without Mqtt:UserName; expected both or neither.");
        }

        if (options.PasswordFile is not null && options.Password is not null)
        {
            faults.Add("Mqtt:PasswordFile and the environment's Mqtt:Password are both set; expected one of them.");
        }

        if (options.ClientCertificateFile is null != options.ClientKeyFile is null)
        {
            faults.Add("Only one of Mqtt:ClientCertificateFile and Mqtt:ClientKeyFile is set; expected both or neither.");
        }

        if (!options.UseTls && (options.CaFile ?? options.ClientCertificateFile) is not null)
        {
            faults.Add("Mqtt:CaFile or Mqtt:ClientCertificateFile is set while Mqtt:UseTls is false; set Mqtt:UseTls to true or remove them.");
        }
    }

    private static void CheckId(List<string> faults, string key, string? id)
    {
        if (id is not null && (id.Length is 0 or > 128 || id.AsSpan().IndexOfAny("+#/\0") >= 0))
        {
            faults.Add($"Mqtt:{key} is '{id}'; expected 1 to 128 characters without '+', '#' and '/'.");
        }
    }

    private static void CheckLevels(List<string> faults, string key, string topic)
    {
        if (topic.Length == 0 || topic.AsSpan().IndexOfAny('+', '#', '\0') >= 0 || topic.Split('/').Any(l => l.Length == 0) || topic[0] == '$')
        {
            faults.Add($"Mqtt:{key} is '{topic}'; expected topic levels without wildcards, such as homeassistant.");
        }
    }

    private static void CheckRange(List<string> faults, string key, long value, long minimum, long maximum)
    {
        if (value < minimum || value > maximum)
        {
            faults.Add($"Mqtt:{key} is {value}; expected {minimum} to {maximum}.");
        }
    }

    private static void CheckFile(List<string> faults, string key, string? path)
    {
        if (path is null)
        {
            return;
        }

        if (!File.Exists(path))
        {
            faults.Add($"Mqtt:{key} is '{path}', which does not exist or lies in a folder that this user may not enter; expected a file.");
            return;
        }

        try
        {
            File.OpenRead(path).Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            faults.Add($"Mqtt:{key} is '{path}', which this user may not read ({exception.Message}); expected a file owned by the service's user, mode 0400.");
        }
    }
}
