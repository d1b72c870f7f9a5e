using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Record;

public sealed class StoreOptionsValidatorTests
{
    private static readonly StoreOptionsValidator Validator = new();

    [Fact]
    public void The_defaults_are_valid() => Assert.True(Validator.Validate(null, new StoreOptions()).Succeeded);

    [Fact]
    public void Every_wrong_value_is_named_with_its_key()
    {
        var faults = Validator.Validate(null, new StoreOptions { DataFolder = " ", MaximumMapAgeDays = -1, CheckpointMebibytes = 0, MaximumOutboxMebibytes = 15, MaximumOutboxAgeDays = -1 }).Failures!.ToList();
        Assert.Equal(5, faults.Count);
        Assert.Contains(faults, f => f.StartsWith("Store:DataFolder", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.StartsWith("Store:MaximumMapAgeDays is -1", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.StartsWith("Store:CheckpointMebibytes is 0", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.StartsWith("Store:MaximumOutboxMebibytes is 15", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.StartsWith("Store:MaximumOutboxAgeDays is -1", StringComparison.Ordinal));
    }

    [Fact]
    public void Limits_of_room_are_named_with_what_was_expected()
    {
        var options = new StoreOptions { QuotaMebibytes = 20, RefuseFreeMebibytes = 99, ReclaimFreeMebibytes = -1, WarnFreeMebibytes = -2, CheckpointMebibytes = 64 };
        Assert.Equal(
            [
                "Store:QuotaMebibytes is 20; expected 0 (no limit), or 256 to 67108864.",
                "Store:RefuseFreeMebibytes is 99; expected 100 to 67108864.",
                "Store:ReclaimFreeMebibytes is -1; expected 0 (never) to 67108864.",
                "Store:WarnFreeMebibytes is -2; expected 0 (never) to 67108864.",
                "Store:CheckpointMebibytes is 64; expected 1 to 40: the log may grow to 64, and one transaction has to fit.",
            ],
            Validator.Validate(null, options).Failures!);
    }

    [Fact]
    public void A_file_is_no_folder()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x"), string.Empty);
        Assert.Contains("which is a file", Validator.Validate(null, new StoreOptions { DataFolder = folder.File("x") }).FailureMessage, StringComparison.Ordinal);
    }
}
