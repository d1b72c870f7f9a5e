using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Run;

/// <summary><c>hsiedge run</c> under a service manager.</summary>
public sealed class SystemdTests
{
    [Fact]
    public async Task The_service_manager_is_told_of_the_start_though_its_own_process_cannot_be_seen()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(path));
        var configuration = new JsonObject
        {
            ["Mqtt"] = new JsonObject { ["Enabled"] = false },
            ["Store"] = new JsonObject { ["DataFolder"] = folder.File("data") },
        };
        await File.WriteAllTextAsync(folder.File("machine.json"), configuration.ToJsonString());

        // The parent of this process is no systemd, as where the unit hides it.
        await using var run = RunningProgram.Start(
            "hsiedge",
            ["run", "--config", folder.File("machine.json")],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["NOTIFY_SOCKET"] = path, ["WATCHDOG_USEC"] = "400000" });

        // It lives, which may be said before it is ready: the service manager counts from then on.
        var before = await ReceiveAsync(manager);
        while (before == "WATCHDOG=1")
        {
            before = await ReceiveAsync(manager);
        }

        Assert.Equal("READY=1", before);
        for (var sign = 0; sign < 5; sign++)
        {
            Assert.Equal("WATCHDOG=1", await ReceiveAsync(manager));
        }

        var (exitCode, _) = await run.StopAsync("TERM");
        Assert.True(exitCode == 0, string.Join('\n', run.Lines));
        var after = await ReceiveAsync(manager);
        while (after == "WATCHDOG=1")
        {
            after = await ReceiveAsync(manager);
        }

        Assert.Equal("STOPPING=1", after);
    }

    private static async Task<string> ReceiveAsync(Socket manager)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var message = new byte[256];
        var length = await manager.ReceiveAsync(message, patience.Token);
        return Encoding.UTF8.GetString(message, 0, length).TrimEnd('\n');
    }
}
