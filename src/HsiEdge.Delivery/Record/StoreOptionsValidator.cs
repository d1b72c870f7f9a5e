using Microsoft.Extensions.Options;

namespace HsiEdge.Delivery.Record;

/// <summary>Checks <see cref="StoreOptions"/>; whether the folder can be written is found out when the store opens.</summary>
public sealed class StoreOptionsValidator : IValidateOptions<StoreOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, StoreOptions options)
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(options.DataFolder))
        {
            faults.Add("Store:DataFolder is empty; expected the path of a folder, such as /var/lib/hsiedge.");
        }
        else if (File.Exists(options.DataFolder))
        {
            faults.Add($"Store:DataFolder is '{options.DataFolder}', which is a file; expected the path of a folder.");
        }

        if (options.MaximumMapAgeDays is < 0 or > 36_500)
        {
            faults.Add($"Store:MaximumMapAgeDays is {options.MaximumMapAgeDays}; expected 0 (keep for ever) to 36500.");
        }

        if (options.CheckpointMebibytes is < 1 or > 512)
        {
            faults.Add($"Store:CheckpointMebibytes is {options.CheckpointMebibytes}; expected 1 to 512.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
