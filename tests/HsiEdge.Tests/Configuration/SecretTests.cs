using HsiEdge.Appliance.Configuration;
using HsiEdge.Testing;
using HsiEdge.Tests.Cli;
using Xunit;

namespace HsiEdge.Tests.Configuration;

/// <summary>The broker's password: from a file of its own or the environment, never where settings are copied and shown.</summary>
public sealed class SecretTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_password_in_a_file_of_settings_is_refused_with_its_place_and_not_shown()
    {
        File.WriteAllText(_folder.File("machine.json"), """
            { "Mqtt": { "UserName": "cart",
                        "Password": "hunter2" } }
            """);
        var fault = Assert.Single(Load([], []).Faults);
        Assert.Equal("Mqtt:Password", fault.Key);
        Assert.Contains($"{_folder.File("machine.json")} line 2", fault.Message, StringComparison.Ordinal);
        Assert.Contains("HSIEDGE__Mqtt__Password", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_on_the_command_line_is_refused()
    {
        File.WriteAllText(_folder.File("machine.json"), "{}");
        var fault = Assert.Single(Load(["--Mqtt:UserName", "cart", "--Mqtt:Password", "hunter2"], []).Faults);
        Assert.Contains("is set in command line; a password may not stand there", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_of_the_environment_is_taken_and_not_shown()
    {
        File.WriteAllText(_folder.File("machine.json"), "{}");
        var configuration = Load([], new Dictionary<string, string> { ["HSIEDGE__Mqtt__UserName"] = "cart", ["HSIEDGE__Mqtt__Password"] = "hunter2" });
        Assert.Empty(configuration.Faults);
        Assert.Equal("hunter2", configuration.Mqtt.Password);
        Assert.Equal("(set, not shown)", configuration.Values.Single(v => v.Key == "Mqtt:Password").Value);
    }

    [Fact]
    public async Task Validate_reads_the_files_of_the_link_and_doctor_says_what_expires()
    {
        using var authority = new TestAuthority("authority", validDays: 12.5);
        await File.WriteAllTextAsync(_folder.File("ca.pem"), authority.Pem);
        await File.WriteAllTextAsync(_folder.File("machine.json"), $$"""{ "Mqtt": { "UseTls": true, "Port": 1, "CaFile": "{{_folder.File("ca.pem")}}" } }""");
        var doctor = await CliRun.OfAsync("doctor", "--config", _folder.File("machine.json"), "--Store:DataFolder", _folder.Path, "--json");
        var item = doctor.Json.GetProperty("items").EnumerateArray().Single(i => i.GetProperty("check").GetString() == "credentials");
        Assert.Equal("warning", item.GetProperty("state").GetString());
        Assert.Contains("(authority) expires in 12 days", item.GetProperty("found").GetString());

        await File.WriteAllTextAsync(_folder.File("ca.pem"), "garbage");
        var validate = await CliRun.OfAsync("validate", "--config", _folder.File("machine.json"));
        Assert.Equal(3, validate.ExitCode);
        Assert.Contains($"Mqtt:CaFile '{_folder.File("ca.pem")}' cannot be used: it holds no certificate.", validate.ToString(), StringComparison.Ordinal);
    }

    private ApplianceConfiguration Load(string[] arguments, Dictionary<string, string> environment) =>
        ApplianceConfiguration.Load(["--config", _folder.File("machine.json"), .. arguments], environment, _folder.Path);
}
