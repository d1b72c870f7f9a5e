using HsiEdge.Delivery.Publish;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Publish;

public sealed partial class MqttOptionsValidatorTests
{
    private static readonly MqttOptionsValidator Validator = new();

    [Fact]
    public void The_defaults_are_valid() => Assert.True(Validator.Validate(null, new MqttOptions()).Succeeded);

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.9", true)]
    [InlineData("::1", true)]
    [InlineData("[::1]", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("localhost.", true)]
    [InlineData("broker.localhost", true)]
    [InlineData("localhost.example", false)]
    [InlineData("notlocalhost", false)]
    [InlineData("127.0.0.1.example", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("fe80::1", false)]
    [InlineData("::ffff:10.0.0.5", false)]
    [InlineData("broker.hospital.example", false)]
    [InlineData("10.0.0.5", false)]
    public void Plaintext_is_for_loopback_unless_allowed(string host, bool valid)
    {
        var options = new MqttOptions { Host = host };
        var result = Validator.Validate(null, options);
        Assert.Equal(valid, result.Succeeded);
        if (!valid)
        {
            Assert.Contains("Mqtt:AllowPlaintext", result.FailureMessage, StringComparison.Ordinal);
            options.AllowPlaintext = true;
            Assert.True(Validator.Validate(null, options).Succeeded);
            (options.AllowPlaintext, options.UseTls) = (false, true);
            Assert.True(Validator.Validate(null, options).Succeeded);
        }
    }

    [Fact]
    public void Every_wrong_value_is_named_with_its_key()
    {
        var options = new MqttOptions
        {
            Host = "mqtt://broker",
            Port = 0,
            ExpiryWarningDays = 0,
            KeepAliveSeconds = 1,
            SessionExpirySeconds = 0,
            AcknowledgeTimeoutSeconds = 0,
            MaximumReconnectDelaySeconds = 0,
            MaximumInFlight = 1_025,
            HistoricalAfterSeconds = 0,
            StopDrainMilliseconds = -1,
            PasswordFile = "/nowhere/password",
            CaFile = "/nowhere/ca.pem",
            ClientKeyFile = "/nowhere/key.pem",
        };
        var faults = Validator.Validate(null, options).Failures!.ToList();
        foreach (var key in new[]
        {
            "Mqtt:Host", "Mqtt:Port", "Mqtt:ExpiryWarningDays", "Mqtt:KeepAliveSeconds", "Mqtt:SessionExpirySeconds", "Mqtt:AcknowledgeTimeoutSeconds", "Mqtt:MaximumReconnectDelaySeconds",
            "Mqtt:MaximumInFlight", "Mqtt:HistoricalAfterSeconds", "Mqtt:StopDrainMilliseconds", "Mqtt:PasswordFile", "Mqtt:CaFile", "Mqtt:ClientKeyFile",
        })
        {
            Assert.Contains(faults, f => f.StartsWith(key + " is ", StringComparison.Ordinal));
        }

        Assert.Contains(faults, f => f.StartsWith("Only one of Mqtt:ClientCertificateFile and Mqtt:ClientKeyFile", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("homeassistant", true)]
    [InlineData("site/ha", true)]
    [InlineData("", false)]
    [InlineData("ha/#", false)]
    [InlineData("ha//x", false)]
    [InlineData("+/ha", false)]
    public void The_discovery_prefix_is_topic_levels(string prefix, bool valid)
    {
        var options = new MqttOptions();
        options.HomeAssistant.Prefix = prefix;
        Assert.Equal(valid, Validator.Validate(null, options).Succeeded);
    }

    [Theory]
    [InlineData("Group 1", true)]
    [InlineData("", false)]
    [InlineData("a/b", false)]
    [InlineData("a+b", false)]
    [InlineData("#", false)]
    public void Sparkplug_ids_are_one_topic_level(string id, bool valid)
    {
        foreach (var set in new Action<MqttOptions>[] { o => o.Sparkplug.GroupId = id, o => o.Sparkplug.EdgeNodeId = id, o => o.Sparkplug.PrimaryHostId = id })
        {
            var options = new MqttOptions();
            set(options);
            Assert.Equal(valid, Validator.Validate(null, options).Succeeded);
        }
    }

    [Theory]
    [InlineData(null, "secret", null, "Mqtt:Password is set without Mqtt:UserName")]
    [InlineData("cart", "secret", "/etc/hostname", "Mqtt:PasswordFile and the environment's Mqtt:Password are both set")]
    public void A_password_wants_a_user_and_one_source(string? user, string? password, string? file, string expected)
    {
        var faults = Validator.Validate(null, new MqttOptions { UserName = user, Password = password, PasswordFile = file }).Failures!.ToList();
        var fault = Assert.Single(faults);
        Assert.StartsWith(expected, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_this_user_may_not_read_is_named_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("key.pem"), "x");
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(folder.File("key.pem"), Environment.IsPrivilegedProcess ? UnixFileMode.UserRead : UnixFileMode.None);

        // Root may read anything: for this thread alone the kernel is to take it for nobody.
        _ = Environment.IsPrivilegedProcess ? SetFileSystemUser(65_534) : 0;
        try
        {
            var fault = Assert.Single(Validator.Validate(null, new MqttOptions { UseTls = true, ClientCertificateFile = "/etc/hostname", ClientKeyFile = folder.File("key.pem") }).Failures!);
            Assert.True(
                fault.StartsWith($"Mqtt:ClientKeyFile is '{folder.File("key.pem")}', which this user may not read (", StringComparison.Ordinal)
                && fault.EndsWith("expected a file owned by the service's user, mode 0400.", StringComparison.Ordinal),
                fault);
        }
        finally
        {
            _ = Environment.IsPrivilegedProcess ? SetFileSystemUser(0) : 0;
        }
    }

    [System.Runtime.InteropServices.LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileSystemUser(uint user);
}
