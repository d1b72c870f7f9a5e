using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using MQTTnet;
using Xunit;

namespace HsiEdge.IntegrationTests.Run;

/// <summary>The running box on a small disk of its own (a real file system in memory) that is filled to the brim and freed.</summary>
public sealed class DiskFullTests : IAsyncLifetime
{
    private const string Prefix = "hsiedge/v1/site/cart/";
    private const int DiskMebibytes = 192;
    private readonly TemporaryFolder _folder = new();
    private MosquittoBroker _broker = null!;
    private MqttObserver _observer = null!;

    private string Disk => _folder.File("disk");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Disk);
        await AsRootAsync("mount", "-t", "tmpfs", "-o", $"size={DiskMebibytes}m,mode=0777", "none", Disk);
        _broker = await MosquittoBroker.StartAsync();
        _observer = await MqttObserver.ConnectAsync(_broker.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _observer.DisposeAsync();
        await _broker.DisposeAsync();
        await AsRootAsync("umount", Disk);
        _folder.Dispose();
    }

    [Fact]
    public async Task A_full_disk_refuses_captures_loudly_loses_nothing_and_within_5_seconds_of_space_coming_back_the_box_captures_again()
    {
        await File.WriteAllTextAsync(
            _folder.File("machine.json"),
            $$"""
            { "Mqtt": { "Port": {{_broker.Port}} },
              "Store": { "DataFolder": "{{Path.Combine(Disk, "data")}}", "RefuseFreeMebibytes": 100, "WarnFreeMebibytes": 120, "ReclaimFreeMebibytes": 0 } }
            """);
        await using var run = RunningProgram.Start("hsiedge", ["run", "--config", _folder.File("machine.json")]);
        await HealthAsync("disk", "ok");
        var before = (string)(await CaptureUntilOkAsync()).Answer["data"]!["resultId"]!;

        await FillAsync();
        await HealthAsync("disk", "failed");
        var refused = await CommandAsync("capture");
        Assert.False((bool)refused["ok"]!);
        Assert.Contains("Store:RefuseFreeMebibytes", (string)refused["error"]!, StringComparison.Ordinal);
        for (var i = 0; i < 5; i++)
        {
            // Each refusal is a message that finds no room: the store may fail of it, and has to come back.
            await CommandAsync("capture");
        }

        var freed = Stopwatch.StartNew();
        File.Delete(Path.Combine(Disk, "filler"));
        var (answer, tries) = await CaptureUntilOkAsync();
        var took = freed.Elapsed;
        Assert.True(took < TimeSpan.FromSeconds(5), $"It took {took.TotalSeconds:0.0} s and {tries} tries.");
        await HealthAsync("disk", "ok");
        TestContext.Current.TestOutputHelper?.WriteLine($"captured {took.TotalSeconds:0.00} s after space came back");
        Assert.Equal(0, (await run.StopAsync("INT")).ExitCode);

        await using var reader = await ResultStoreReader.OpenAsync(new StoreOptions { DataFolder = Path.Combine(Disk, "data") });
        var ids = (await reader.ListAsync(new ResultQuery(10), CancellationToken.None)).Select(r => r.Id).ToList();
        Assert.Equal([(string)answer["data"]!["resultId"]!, before], ids);
    }

    private async Task FillAsync()
    {
        var block = new byte[1 << 20];
        await using var filler = new FileStream(Path.Combine(Disk, "filler"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var size = block.Length;
        while (size > 0)
        {
            try
            {
                await filler.WriteAsync(block.AsMemory(0, size));
            }
            catch (IOException)
            {
                size /= 4;
            }
        }

        Assert.True(new DriveInfo(Disk).AvailableFreeSpace < 64 << 10, "The disk is not full.");
    }

    private async Task<(JsonObject Answer, int Tries)> CaptureUntilOkAsync()
    {
        var patience = Stopwatch.StartNew();
        for (var tries = 1; ; tries++)
        {
            var answer = await CommandAsync("capture");
            if ((bool)answer["ok"]! || patience.Elapsed > TimeSpan.FromSeconds(30))
            {
                Assert.True((bool)answer["ok"]!, answer.ToJsonString());
                return (answer, tries);
            }

            await Task.Delay(100);
        }
    }

    private Task<IReadOnlyList<Received>> HealthAsync(string component, string state) =>
        _observer.WaitAsync(m => m.LastOrDefault(r => r.Topic == $"{Prefix}health/{component}") is { } last && (string)last.Json["state"]! == state, 30);

    private async Task<JsonObject> CommandAsync(string verb)
    {
        var topic = "answers/" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await _observer.PublishAsync(new MqttApplicationMessageBuilder().WithTopic(Prefix + "command/" + verb).WithPayload("").WithResponseTopic(topic).WithCorrelationData([1]).Build());
        var messages = await _observer.WaitAsync(m => m.Any(r => r.Topic == topic), 30);
        return messages.First(r => r.Topic == topic).Json.AsObject();
    }

    private static async Task AsRootAsync(params string[] command)
    {
        var root = string.Equals(Environment.UserName, "root", StringComparison.Ordinal);
        var run = root ? await ProgramRun.StartAsync(command[0], command[1..]) : await ProgramRun.StartAsync("sudo", ["-n", .. command]);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', command)}: {run.Error}");
    }
}
