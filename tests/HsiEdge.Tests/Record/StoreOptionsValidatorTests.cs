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
        var faults = Validator.Validate(null, new StoreOptions { DataFolder = " ", MaximumMapAgeDays = -1, CheckpointMebibytes = 0 }).Failures!.ToList();
        Assert.Equal(3, faults.Count);
        Assert.Contains(faults, f => f.StartsWith("Store:DataFolder", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.StartsWith("Store:MaximumMapAgeDays is -1", StringComparison.Ordinal));
        Assert.Contains(faults, f => f.StartsWith("Store:CheckpointMebibytes is 0", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_is_no_folder()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("x"), string.Empty);
        Assert.Contains("which is a file", Validator.Validate(null, new StoreOptions { DataFolder = folder.File("x") }).FailureMessage, StringComparison.Ordinal);
    }
}
