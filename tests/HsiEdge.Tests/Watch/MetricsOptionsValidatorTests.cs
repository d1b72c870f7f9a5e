using HsiEdge.Appliance.Watch;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Watch;

public sealed class MetricsOptionsValidatorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_defaults_serve_nothing_and_are_good()
    {
        var options = new MetricsOptions();
        Assert.True(Check(options).Succeeded);
        Assert.Equal((false, false, "127.0.0.1", ""), (options.PrometheusEnabled, options.HealthEnabled, options.Address, options.OtlpEndpoint));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    public void An_address_that_is_not_loopback_wants_a_word(string address)
    {
        var options = new MetricsOptions { HealthEnabled = true, Address = address };
        AssertFault(options, $"Metrics:Address is '{address}', which is not loopback", "Metrics:AllowPlaintext");
        options.AllowPlaintext = true;
        Assert.True(Check(options).Succeeded);
    }

    [Theory]
    [InlineData("cart-07")]
    [InlineData("::1")]
    [InlineData("")]
    public void An_address_is_an_IPv4_address(string address) => AssertFault(new MetricsOptions { Address = address }, $"Metrics:Address is '{address}'; expected an IPv4 address");

    [Fact]
    public void A_collector_beyond_loopback_wants_https_or_a_word()
    {
        var options = new MetricsOptions { OtlpEndpoint = "http://collector:4318" };
        AssertFault(options, "neither https nor loopback", "Metrics:AllowPlaintext");
        options.AllowPlaintext = true;
        Assert.True(Check(options).Succeeded);
        Assert.True(Check(new MetricsOptions { OtlpEndpoint = "https://collector:4318" }).Succeeded);
        Assert.True(Check(new MetricsOptions { OtlpEndpoint = "http://127.0.0.1:4318" }).Succeeded);
    }

    [Theory]
    [InlineData("collector:4318")]
    [InlineData("ftp://collector")]
    [InlineData("https://user:secret@collector")]
    public void An_endpoint_is_a_URL_without_secrets(string endpoint) => AssertFault(new MetricsOptions { OtlpEndpoint = endpoint }, "expected the http or https URL of a collector");

    [Fact]
    public void Files_are_read_and_a_wrong_line_is_named_by_number_without_its_secret()
    {
        File.WriteAllText(_folder.File("headers"), "# keys\napi-key = s3cret=,;\nno header s3cret\n");
        var wrong = Check(new MetricsOptions { OtlpHeadersFile = _folder.File("headers") }).FailureMessage;
        Assert.Contains($"Metrics:OtlpHeadersFile '{_folder.File("headers")}', line 3", wrong, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", wrong, StringComparison.Ordinal);
        File.WriteAllText(_folder.File("headers"), "# keys\napi-key = s3cret=,;\n\nx-tenant=a b\n");
        Assert.Equal(
            [KeyValuePair.Create("api-key", "s3cret=,;"), KeyValuePair.Create("x-tenant", "a b")], OtlpFiles.Headers(new MetricsOptions { OtlpHeadersFile = _folder.File("headers") }));
        AssertFault(new MetricsOptions { OtlpCaFile = _folder.File("headers") }, $"Metrics:OtlpCaFile '{_folder.File("headers")}' cannot be used");
        AssertFault(new MetricsOptions { OtlpHeadersFile = "/nowhere" }, "Metrics:OtlpHeadersFile '/nowhere' cannot be used");
    }

    public void Dispose() => _folder.Dispose();

    private static Microsoft.Extensions.Options.ValidateOptionsResult Check(MetricsOptions options) => new MetricsOptionsValidator().Validate(null, options);

    private static void AssertFault(MetricsOptions options, params string[] parts)
    {
        var message = Check(options).FailureMessage;
        Assert.All(parts, p => Assert.Contains(p, message ?? "", StringComparison.Ordinal));
    }
}
