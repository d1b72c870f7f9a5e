using HsiEdge.IntegrationTests.Publish;
using HsiEdge.Testing;
using MQTTnet;
using Xunit;

namespace HsiEdge.IntegrationTests.Run;

/// <summary><c>hsiedge run</c> as a process with Home Assistant and Sparkplug turned on, against a real broker.</summary>
public sealed class TonguesRunTests
{
    private const string Prefix = "hsiedge/v1/site/cart/";
    private const string Config = "homeassistant/device/hsiedge-site-cart/config";

    [Fact]
    public async Task A_capture_is_told_in_every_tongue_and_a_killed_box_is_said_dead_in_each()
    {
        using var folder = new TemporaryFolder();
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        await File.WriteAllTextAsync(folder.File("machine.json"), $$"""
            { "Mqtt": { "Port": {{broker.Port}}, "HomeAssistant": { "Enabled": true }, "Sparkplug": { "Enabled": true, "EdgeNodeId": "Cart 1" } }, "Store": { "DataFolder": "{{folder.File("data")}}" } }
            """);
        await using var run = RunningProgram.Start("hsiedge", ["run", "--config", folder.File("machine.json")]);
        await observer.WaitAsync(m => m.Any(r => r.Topic == Prefix + "status" && (string?)r.Json["state"] == "online"), 60);
        await observer.WaitAsync(m => m.Any(r => r.Topic == "spBv1.0/site/NBIRTH/Cart 1"), 30);
        await observer.PublishAsync(new MqttApplicationMessageBuilder().WithTopic(Prefix + "command/capture").WithResponseTopic("answers/1").Build());
        var answer = (await observer.WaitAsync(m => m.Any(r => r.Topic == "answers/1"), 30)).Single(m => m.Topic == "answers/1");
        var id = (string)answer.Json["data"]!["resultId"]!;

        await observer.WaitAsync(m => m.Any(r => r.Topic == Prefix + "summary" && (string?)r.Json["resultId"] == id));
        await observer.WaitAsync(m => m.Any(r => r.Topic == Config && ((string?)r.Json["device"]!["model_id"])!.StartsWith("gastric-phantom@", StringComparison.Ordinal)));
        await observer.WaitAsync(m => m.Any(r => r.Topic == "spBv1.0/site/NDATA/Cart 1" && r.Payload.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(id)) >= 0));
        var births = await SparkplugDecoder.DecodeAsync(observer.Messages.Where(m => m.Topic == "spBv1.0/site/NBIRTH/Cart 1").Select(m => m.Payload));
        Assert.All(births, b => Assert.Equal("0", b["bdSeq"].Value));

        await run.KillAsync();
        var dead = await observer.WaitAsync(m => m.Any(r => r.Topic == "spBv1.0/site/NDEATH/Cart 1") && m.Any(r => r.Topic == Prefix + "status" && (string?)r.Json["state"] == "offline"));
        Assert.Equal("0", (await SparkplugDecoder.DecodeAsync(dead.Single(m => m.Topic == "spBv1.0/site/NDEATH/Cart 1").Payload))["bdSeq"].Value);
    }
}
