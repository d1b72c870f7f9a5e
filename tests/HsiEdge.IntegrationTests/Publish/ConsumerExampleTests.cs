using System.Globalization;
using System.Text;
using HsiEdge.Core.Record;
using HsiEdge.Testing;
using MQTTnet;
using MQTTnet.Packets;
using Xunit;

namespace HsiEdge.IntegrationTests.Publish;

/// <summary>The consumer of docs/consumers.md, run as printed there, against a real Mosquitto.</summary>
public sealed class ConsumerExampleTests
{
    [Fact]
    public async Task The_example_counts_each_result_once_though_it_comes_again_and_the_example_is_killed_in_between()
    {
        using var folder = new TemporaryFolder();
        await using var broker = await MosquittoBroker.StartAsync("max_queued_messages 0");
        await using var sender = await MqttObserver.ConnectAsync(broker.Port, "nothing/here");
        var samples = new SampleRecords(TimeProvider.System);
        var results = Enumerable.Range(0, 30).Select(_ => samples.Next(4, 4, overlayBytes: 0).Messages.Single(m => m.Topic == "result")).ToList();
        var lines = new List<string>();
        await using (var first = Start(folder, broker.Port))
        {
            await first.WaitForLineAsync("subscribed anew");
            await SendAsync(sender, samples, results.Take(20));
            await SendAsync(sender, samples, results.Take(20));
            await first.WaitForLineAsync(IdOf(results[19]));
            await first.KillAsync();
            lines.AddRange(first.Lines);
        }

        await SendAsync(sender, samples, results);
        await using var second = Start(folder, broker.Port);
        await second.WaitForLineAsync("subscribed again");
        await SendAsync(sender, samples, results.Skip(10));
        await second.WaitForLineAsync(IdOf(results[29]));
        lines.AddRange(second.Lines);
        Assert.Equal(results.Select(IdOf), lines.Where(l => l.StartsWith("result ", StringComparison.Ordinal)).Select(l => l.Split(' ')[1]));
    }

    private static RunningProgram Start(TemporaryFolder folder, int port) => RunningProgram.StartAny(
        // Debian's interpreter by its path: another python3 may come first on PATH.
        "/usr/bin/python3",
        [Path.Combine(SharedData.RepositoryRoot, "docs", "examples", "consumer.py"), "127.0.0.1", port.ToString(CultureInfo.InvariantCulture), folder.File("results.sqlite")]);

    private static string IdOf(OutboxMessage message)
    {
        using var document = System.Text.Json.JsonDocument.Parse(message.Payload);
        return document.RootElement.GetProperty("id").GetString()!;
    }

    private static async Task SendAsync(MqttObserver sender, SampleRecords samples, IEnumerable<OutboxMessage> messages)
    {
        foreach (var message in messages)
        {
            await sender.PublishAsync(new MqttApplicationMessage
            {
                Topic = samples.Identity.TopicPrefix + message.Topic,
                PayloadSegment = message.Payload,
                ContentType = message.ContentType,
                UserProperties =
                [
                    new MqttUserProperty("id", Utf8(message.Id)), new MqttUserProperty("ageMilliseconds", Utf8("0")), new MqttUserProperty("historical", Utf8("false")),
                ],
            });
        }
    }

    private static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
