using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Configuration;

/// <summary>Who this box is (configuration section <c>Appliance</c>).</summary>
public sealed class ApplianceOptions
{
    /// <summary>Site level of every MQTT topic: letters, digits, '-' and '_', at most 32.</summary>
    public string Site { get; set; } = "site";

    /// <summary>Cart level of every MQTT topic: letters, digits, '-' and '_', at most 32.</summary>
    public string Cart { get; set; } = "cart";

    /// <summary>Least severe log messages that are written.</summary>
    public LogLevel MinimumLogLevel { get; set; } = LogLevel.Information;
}
