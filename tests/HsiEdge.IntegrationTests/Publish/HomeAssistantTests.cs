using System.Text;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Publish;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using MQTTnet;
using NJsonSchema;
using Xunit;

namespace HsiEdge.IntegrationTests.Publish;

/// <summary>What Home Assistant would find at a real Mosquitto.</summary>
public sealed class HomeAssistantTests
{
    private const string Config = "homeassistant/device/hsiedge-lab-cart-7/config";

    [Fact]
    public async Task The_announcement_is_what_Home_Assistant_documents_and_its_topics_are_the_boxs()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        await using var rig = await PublisherRig.MakeAsync(broker.Port, o => o.HomeAssistant.Enabled = true);
        await rig.Store.RecordAsync(WithSummary(rig, rig.Samples.Next(8, 8)), CancellationToken.None);
        rig.Start();
        await rig.WaitUntilDrainedAsync();
        var all = await observer.WaitAsync(m => m.Any(x => x.Topic == Config && x.Json["components"]!.AsObject().ContainsKey("health_broker_link")) && m.Any(x => x.Topic == rig.Prefix + "overlay"));
        var config = all.Last(m => m.Topic == Config);
        Assert.True(config.Retain);
        var schema = await JsonSchema.FromFileAsync(Path.Combine(SharedData.RepositoryRoot, "tests", "HsiEdge.IntegrationTests", "Publish", "home-assistant-device.schema.json"));
        var errors = schema.Validate(Encoding.UTF8.GetString(config.Payload));
        Assert.True(errors.Count == 0, string.Join("; ", errors.Select(e => e.ToString())));
        Assert.Equal("0.1.0-test", (string?)config.Json["device"]!["sw_version"]);
        Assert.Equal("no model loaded", (string?)config.Json["device"]!["model_id"]);

        // Every topic that an entity reads has been said by now, with the members that its template reads.
        var entities = config.Json["components"]!.AsObject();
        Assert.Equal(entities.Count, entities.Select(e => (string?)e.Value!["unique_id"]).Distinct(StringComparer.Ordinal).Count());
        foreach (var (key, entity) in entities)
        {
            foreach (var topic in new[] { "state_topic", "image_topic", "availability_topic", "json_attributes_topic" }.Select(k => (string?)entity![k]).OfType<string>())
            {
                Assert.True(all.Any(m => m.Topic == topic && m.Retain), $"{key}: {topic} is not retained.");
            }

            var template = (string?)entity!["value_template"] ?? string.Empty;
            foreach (var member in new[] { "state", "capturedUtc", "findings", "openAlerts" }.Where(m => template.Contains("value_json." + m, StringComparison.Ordinal)))
            {
                Assert.NotNull(all.Last(m => m.Topic == (string?)entity["state_topic"]).Json[member]);
            }
        }
    }

    [Fact]
    public async Task The_capture_button_is_a_command_that_is_carried_out()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        await using var rig = await PublisherRig.MakeAsync(broker.Port, o => o.HomeAssistant.Enabled = true);
        rig.Start();
        var button = (await observer.WaitAsync(m => m.Any(x => x.Topic == Config))).Last(m => m.Topic == Config).Json["components"]!["capture"]!;
        await observer.PublishAsync(new MqttApplicationMessage { Topic = (string)button["command_topic"]!, PayloadSegment = Encoding.UTF8.GetBytes((string)button["payload_press"]!) });
        for (var i = 0; i < 500 && rig.Commands.IsEmpty; i++)
        {
            await Task.Delay(20);
        }

        Assert.Equal([CommandVerbs.Capture], rig.Commands);
    }

    [Fact]
    public async Task It_is_said_again_when_Home_Assistant_starts_when_the_broker_forgot_and_when_a_component_appears()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        await using var rig = await PublisherRig.MakeAsync(broker.Port, o => o.HomeAssistant.Enabled = true);
        rig.Start();
        await observer.WaitAsync(m => m.Any(x => x.Topic == Config));
        await Task.Delay(500);
        var before = observer.Messages.Count(m => m.Topic == Config);
        await observer.PublishAsync(new MqttApplicationMessage { Topic = "homeassistant/status", PayloadSegment = "online"u8.ToArray() });
        await observer.WaitAsync(m => m.Count(x => x.Topic == Config) == before + 1);

        rig.Health.Report("camera", HealthState.Ok);
        await observer.WaitAsync(m => m.Last(x => x.Topic == Config).Json["components"]!.AsObject().ContainsKey("health_camera"));

        await broker.KillAsync();
        await broker.StartAgainAsync();
        await using var later = await MqttObserver.ConnectAsync(broker.Port);
        await later.WaitAsync(m => m.Any(x => x.Topic == Config) && m.Any(x => x.Topic == rig.Prefix + "summary"));
        Assert.Empty(rig.Commands);
    }

    [Fact]
    public async Task The_summary_follows_results_and_alerts_and_is_stated_again_from_the_store()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, o => o.HomeAssistant.Enabled = true);
        var raised = rig.Samples.Raise();
        var record = rig.Samples.Next(8, 8, transitions: [raised]);
        await rig.Store.RecordAsync(record, CancellationToken.None);
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        rig.Start();
        var summary = (await observer.WaitAsync(m => m.Any(x => x.Topic == rig.Prefix + "summary"))).Last(m => m.Topic == rig.Prefix + "summary");
        Assert.True(summary.Retain);
        Assert.Equal(record.Result.Id, (string?)summary.Json["resultId"]);
        Assert.Equal((1, 1, 1), ((int?)summary.Json["openAlerts"], (int?)summary.Json["unacknowledgedAlerts"], (int?)summary.Json["findings"]));
        await rig.Store.RecordAsync(WithSummary(rig, rig.Samples.Next(8, 8, transitions: [SampleRecords.End(raised.After)], findings: false)), CancellationToken.None);
        await observer.WaitAsync(m => (int?)m.Last(x => x.Topic == rig.Prefix + "summary").Json["openAlerts"] == 0);
    }

    [Fact]
    public async Task Turned_off_it_is_taken_back()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, o => o.HomeAssistant.Enabled = true);
        rig.Start();
        await using (var observer = await MqttObserver.ConnectAsync(broker.Port))
        {
            await observer.WaitAsync(m => m.Any(x => x.Topic == Config) && m.Any(x => x.Topic == rig.Prefix + "summary"));
        }

        await rig.StopAsync();
        using var stop = new CancellationTokenSource();
        var off = new MqttPublisher(
            new MqttOptions { Port = broker.Port }, rig.Samples.Identity, rig.Store, rig.Store, rig.Health, rig, () => ActiveVersions.None, TimeProvider.System, NullLogger<MqttPublisher>.Instance);
        var running = off.RunAsync(stop.Token);
        await using var before = await MqttObserver.ConnectAsync(broker.Port);
        await before.WaitAsync(m => m.Any(x => x.Topic == Config && x.Payload.Length == 0) || m.Any(x => x.Topic == rig.Prefix + "health/broker-link"));
        await Task.Delay(500);
        await using var later = await MqttObserver.ConnectAsync(broker.Port);
        await later.WaitAsync(m => m.Any(x => x.Topic == rig.Prefix + "status"));
        await Task.Delay(300);
        Assert.DoesNotContain(later.Messages, m => m.Topic == Config || m.Topic == rig.Prefix + "summary");
        Assert.Null(await rig.Store.ReadValueAsync("mqtt.homeAssistant", CancellationToken.None));
        await stop.CancelAsync();
        await running;
    }

    private static ResultRecord WithSummary(PublisherRig rig, ResultRecord record) =>
        record with { Messages = [.. record.Messages, .. new SummaryDialect(rig.Samples.Composer).ForResult(record.Result, record.Transitions, record.OpenAlerts)] };
}
