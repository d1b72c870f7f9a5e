using Microsoft.Extensions.Options;

namespace HsiEdge.Core.Interpret;

/// <summary>Checks <see cref="InterpretOptions"/>; each message names the key, the value found and the range.</summary>
public sealed class InterpretOptionsValidator : IValidateOptions<InterpretOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, InterpretOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var range = new RangeCheck("Interpret");
        range.Between(nameof(options.MinimumAreaSquareMillimetres), options.MinimumAreaSquareMillimetres, 0, 10_000);
        range.Between(nameof(options.MinimumPixels), options.MinimumPixels, 1, 1_000_000);
        range.Between(nameof(options.MinimumMeanProbability), options.MinimumMeanProbability, 0, 1);
        range.Between(nameof(options.RaiseAfterCubes), options.RaiseAfterCubes, 1, 1000);
        range.Between(nameof(options.EndAfterCubes), options.EndAfterCubes, 1, 1000);
        range.Between(nameof(options.MatchDistanceDiameters), options.MatchDistanceDiameters, 0, 100);
        return range.Result();
    }
}
