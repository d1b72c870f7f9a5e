using HsiEdge.Core.Interpret;
using HsiEdge.Core.Pipeline;
using Xunit;

namespace HsiEdge.Tests.Interpret;

public sealed class OptionsValidatorTests
{
    [Fact]
    public void Defaults_are_valid()
    {
        Assert.True(new InterpretOptionsValidator().Validate(null, new InterpretOptions()).Succeeded);
        Assert.True(new ProcessingOptionsValidator().Validate(null, new ProcessingOptions()).Succeeded);
    }

    [Fact]
    public void Every_wrong_key_is_named_with_its_value_and_range()
    {
        var result = new InterpretOptionsValidator().Validate(null, new InterpretOptions { RaiseAfterCubes = 0, MinimumMeanProbability = double.NaN });
        Assert.Equal(["Interpret:MinimumMeanProbability is NaN; expected 0 to 1.", "Interpret:RaiseAfterCubes is 0; expected 1 to 1000."], Assert.IsAssignableFrom<IEnumerable<string>>(result.Failures));
    }

    [Theory]
    [InlineData(nameof(ProcessingOptions.Workers), -1)]
    [InlineData(nameof(ProcessingOptions.TilePixels), 255)]
    [InlineData(nameof(ProcessingOptions.MinimumSignalCounts), 0.0)]
    [InlineData(nameof(ProcessingOptions.MaximumSaturatedFraction), 1.1)]
    [InlineData(nameof(ProcessingOptions.MaximumUnderExposedFraction), -0.1)]
    [InlineData(nameof(ProcessingOptions.MaximumCalibrationAgeHours), 0.0)]
    [InlineData(nameof(ProcessingOptions.WavelengthToleranceNanometres), double.NaN)]
    [InlineData(nameof(ProcessingOptions.MaximumPlausibleReflectance), 0.9)]
    [InlineData(nameof(ProcessingOptions.MaximumImplausibleFraction), 2.0)]
    [InlineData(nameof(ProcessingOptions.MaximumTemperatureDriftCelsius), 0.0)]
    public void A_processing_option_out_of_range_is_refused_by_its_key(string key, object value)
    {
        var options = new ProcessingOptions();
        typeof(ProcessingOptions).GetProperty(key)!.SetValue(options, value);
        Assert.StartsWith($"Processing:{key} is {value}; expected ", new ProcessingOptionsValidator().Validate(null, options).FailureMessage, StringComparison.Ordinal);
    }
}
