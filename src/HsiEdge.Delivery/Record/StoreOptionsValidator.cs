using Microsoft.Extensions.Options;

namespace HsiEdge.Delivery.Record;

/// <summary>Checks <see cref="StoreOptions"/>; whether the folder can be written is found out when the store opens.</summary>
public sealed class StoreOptionsValidator : IValidateOptions<StoreOptions>
{
    private const int Mebibytes = 64 << 20;
    private const int Days = 36_500;

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

        Check(options.QuotaMebibytes is 0 or (>= 256 and <= Mebibytes), "QuotaMebibytes", options.QuotaMebibytes, "0 (no limit), or 256 to 67108864");
        Check(options.RefuseFreeMebibytes is >= 100 and <= Mebibytes, "RefuseFreeMebibytes", options.RefuseFreeMebibytes, "100 to 67108864");
        Check(options.ReclaimFreeMebibytes is >= 0 and <= Mebibytes, "ReclaimFreeMebibytes", options.ReclaimFreeMebibytes, "0 (never) to 67108864");
        Check(options.WarnFreeMebibytes is >= 0 and <= Mebibytes, "WarnFreeMebibytes", options.WarnFreeMebibytes, "0 (never) to 67108864");
        Check(options.MaximumMapAgeDays is >= 0 and <= Days, "MaximumMapAgeDays", options.MaximumMapAgeDays, "0 (keep for ever) to 36500");
        Check(options.MaximumLostLedgerAgeDays is >= 0 and <= Days, "MaximumLostLedgerAgeDays", options.MaximumLostLedgerAgeDays, "0 (keep for ever) to 36500");
        Check(options.CheckpointMebibytes is >= 1 and <= 40, "CheckpointMebibytes", options.CheckpointMebibytes, "1 to 40: the log may grow to 64, and one transaction has to fit");
        Check(options.MaximumOutboxMebibytes is >= 16 and <= 65_536, "MaximumOutboxMebibytes", options.MaximumOutboxMebibytes, "16 to 65536");
        Check(options.MaximumOutboxAgeDays is >= 0 and <= 3_650, "MaximumOutboxAgeDays", options.MaximumOutboxAgeDays, "0 (keep until sent) to 3650");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(bool holds, string key, int found, string expected)
        {
            if (!holds)
            {
                faults.Add($"Store:{key} is {found}; expected {expected}.");
            }
        }
    }
}
