using System.Net;
using System.Net.Sockets;
using HsiEdge.Core;
using Microsoft.Extensions.Options;

namespace HsiEdge.Appliance.Watch;

/// <summary>Checks <see cref="MetricsOptions"/>, files included. What is switched off is checked too: switching on must not be the first surprise.</summary>
public sealed class MetricsOptionsValidator : IValidateOptions<MetricsOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, MetricsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        CheckAddress(options, faults);
        CheckRange(faults, nameof(options.Port), options.Port, 1, 65_535);
        CheckEndpoint(options, faults);
        CheckRange(faults, nameof(options.OtlpIntervalSeconds), options.OtlpIntervalSeconds, 1, 3_600);
        CheckRange(faults, nameof(options.OtlpTimeoutSeconds), options.OtlpTimeoutSeconds, 1, 60);
        CheckFile(faults, () => OtlpFiles.Headers(options));
        CheckFile(faults, () => OtlpFiles.Authorities(options));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void CheckAddress(MetricsOptions options, List<string> faults)
    {
        if (!IPAddress.TryParse(options.Address, out var address) || address.AddressFamily != AddressFamily.InterNetwork)
        {
            faults.Add($"Metrics:Address is '{options.Address}'; expected an IPv4 address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them.");
        }
        else if (!IPAddress.IsLoopback(address) && !options.AllowPlaintext && (options.PrometheusEnabled || options.HealthEnabled))
        {
            faults.Add(
                $"Metrics:Address is '{options.Address}', which is not loopback: figures and health would be readable by everyone on that network. " +
                "Set Metrics:Address to 127.0.0.1, or Metrics:AllowPlaintext to true if the network is trusted.");
        }
    }

    private static void CheckEndpoint(MetricsOptions options, List<string> faults)
    {
        if (options.OtlpEndpoint.Length == 0)
        {
            return;
        }

        if (!Uri.TryCreate(options.OtlpEndpoint, UriKind.Absolute, out var endpoint) || (endpoint.Scheme != Uri.UriSchemeHttp && endpoint.Scheme != Uri.UriSchemeHttps)
            || endpoint.UserInfo.Length > 0)
        {
            faults.Add($"Metrics:OtlpEndpoint is '{options.OtlpEndpoint}'; expected the http or https URL of a collector, without user and password, such as https://collector:4318. Secrets go in Metrics:OtlpHeadersFile.");
        }
        else if (endpoint.Scheme == Uri.UriSchemeHttp && !endpoint.IsLoopback && !options.AllowPlaintext)
        {
            faults.Add(
                $"Metrics:OtlpEndpoint is '{options.OtlpEndpoint}', which is neither https nor loopback: figures and headers would cross the network unprotected. " +
                "Use https, or set Metrics:AllowPlaintext to true if the network is trusted.");
        }
    }

    private static void CheckRange(List<string> faults, string key, long value, long minimum, long maximum)
    {
        if (value < minimum || value > maximum)
        {
            faults.Add($"Metrics:{key} is {value}; expected {minimum} to {maximum}.");
        }
    }

    private static void CheckFile(List<string> faults, Func<object?> read)
    {
        try
        {
            _ = read();
        }
        catch (BadInputException e)
        {
            faults.Add(e.Message);
        }
    }
}
