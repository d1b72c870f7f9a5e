using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Configuration;

/// <summary>Who this box is (configuration section <c>Appliance</c>).</summary>
public sealed class ApplianceOptions
{
    /// <summary>Site level of every MQTT topic: letters, digits, '-' and '_', at most 32.</summary>
    public string Site { get; set; } = "site";

    /// <summary>Cart level of every MQTT topic: letters, digits, '-' and '_', at most 32.</summary>
    public string Cart { get; set; } = "cart";

    /// <summary>
    /// Longest time in s that a stage may be at work without a sign of life, 1…3600; a capture may take twice its plan's time beyond it. A stage that is silent for
    /// longer is dead: the box says so, and the service manager restarts the worker.
    /// </summary>
    public double StageLimitSeconds { get; set; } = 60;

    /// <summary>Least severe log messages that are written.</summary>
    public LogLevel MinimumLogLevel { get; set; } = LogLevel.Information;
}
