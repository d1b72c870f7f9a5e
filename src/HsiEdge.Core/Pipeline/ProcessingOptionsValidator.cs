using Microsoft.Extensions.Options;

namespace HsiEdge.Core.Pipeline;

/// <summary>Checks <see cref="ProcessingOptions"/>; each message names the key, the value found and the range.</summary>
public sealed class ProcessingOptionsValidator : IValidateOptions<ProcessingOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ProcessingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var range = new RangeCheck(ProcessingOptions.Section);
        range.Between(nameof(options.Workers), options.Workers, 0, 256);
        range.Between(nameof(options.TilePixels), options.TilePixels, 256, 65536);
        range.Between(nameof(options.MinimumSignalCounts), options.MinimumSignalCounts, 0.001, 65535);
        range.Between(nameof(options.MaximumSaturatedFraction), options.MaximumSaturatedFraction, 0, 1);
        range.Between(nameof(options.MaximumUnderExposedFraction), options.MaximumUnderExposedFraction, 0, 1);
        range.Between(nameof(options.MaximumCalibrationAgeHours), options.MaximumCalibrationAgeHours, 0.01, 87_600);
        range.Between(nameof(options.WavelengthToleranceNanometres), options.WavelengthToleranceNanometres, 0, 50);
        range.Between(nameof(options.MaximumPlausibleReflectance), options.MaximumPlausibleReflectance, 1, 100);
        range.Between(nameof(options.MaximumImplausibleFraction), options.MaximumImplausibleFraction, 0, 1);
        range.Between(nameof(options.MaximumTemperatureDriftCelsius), options.MaximumTemperatureDriftCelsius, 0.1, 200);
        return range.Result();
    }
}
