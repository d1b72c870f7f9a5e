using System.Text;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Testing;
using MQTTnet;
using MQTTnet.Protocol;
using Xunit;

namespace HsiEdge.IntegrationTests.Publish;

/// <summary>The publisher against a real Mosquitto.</summary>
public sealed class MqttPublisherTests
{
    [Fact]
    public async Task What_is_given_up_while_there_is_no_link_by_configuration_is_told_all_the_same()
    {
        await using var rig = await PublisherRig.MakeAsync(MosquittoBroker.FreePort(), o => o.Enabled = false, maximumOutboxMebibytes: 16);
        for (var i = 0; i < 18; i++)
        {
            await rig.Store.RecordLedgerAsync(
                null, [new OutboxMessage { Id = rig.Samples.NextId(), Topic = "result", Payload = new byte[1024 * 1024], ContentType = "application/json", Retain = false, Priority = MessagePriority.Normal, CreatedUtc = DateTimeOffset.UtcNow }], CancellationToken.None);
        }

        rig.Start();
        await rig.WaitForHealthAsync(HealthState.Warning);
        var reason = rig.Health.Snapshot().Items.Single(i => i.Component == "broker-link").Reason;
        Assert.Contains("3 messages were given up unsent (over Store:MaximumOutboxMebibytes)", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_cube_becomes_the_messages_of_the_contract()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        await using var rig = await PublisherRig.MakeAsync(broker.Port);
        var raised = rig.Samples.Raise();
        var record = rig.Samples.Next(transitions: [raised]);
        await rig.Store.RecordAsync(record, CancellationToken.None);
        rig.Start();
        await rig.WaitUntilDrainedAsync();

        var all = await observer.WaitAsync(m => m.Any(x => x.Topic == rig.Prefix + "overlay") && m.Any(x => x.Topic == rig.Prefix + "ledger") && m.Any(x => x.Topic == rig.Prefix + "health/broker-link"));
        Assert.All(all, m => Assert.Equal(MqttQualityOfServiceLevel.AtLeastOnce, m.QualityOfService));
        var result = Assert.Single(all, m => m.Topic == rig.Prefix + "result");
        Assert.False(result.Retain);
        Assert.Equal("application/json", result.ContentType);
        Assert.Equal(record.Result.Id, (string?)result.Json["id"]);
        Assert.Equal(CaptureResult.ResearchUseOnly, (string?)result.Json["notice"]);
        Assert.True((bool?)result.Json["synthetic"]);
        Assert.Equal(record.Messages.Single(m => m.Topic == "result").Id, result.Properties[UserPropertyNames.Id]);
        Assert.Equal("false", result.Properties[UserPropertyNames.Historical]);
        Assert.InRange(long.Parse(result.Properties[UserPropertyNames.AgeMilliseconds]), 0, 30_000);
        var overlay = Assert.Single(all, m => m.Topic == rig.Prefix + "overlay");
        Assert.True(overlay.Retain);
        Assert.Equal("image/png", overlay.ContentType);
        Assert.Equal(record.OverlayPng, overlay.Payload);
        Assert.Equal(record.Result.Id, overlay.Properties[UserPropertyNames.Result]);
        var status = all.First(m => m.Topic == rig.Prefix + "status");
        Assert.True(status.Retain);
        Assert.Equal("online", (string?)status.Json["state"]);
        Assert.Equal(1, (long?)status.Json["session"]);
        Assert.Contains(all, m => m.Topic == rig.Prefix + "alert/" + raised.After.Id && m.Retain && (string?)m.Json["transition"] == "raised");
    }

    [Fact]
    public async Task An_ended_alert_is_told_and_then_gone_from_the_broker()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port);
        var raised = rig.Samples.Raise();
        var topic = rig.Prefix + "alert/" + raised.After.Id;
        await rig.Store.RecordAsync(rig.Samples.Next(transitions: [raised]), CancellationToken.None);
        rig.Start();
        await rig.WaitUntilDrainedAsync();
        await using (var late = await MqttObserver.ConnectAsync(broker.Port))
        {
            await late.WaitAsync(m => m.Any(x => x.Topic == topic && x.Retain));
            await rig.Store.RecordAsync(rig.Samples.Next(transitions: [SampleRecords.End(raised.After)]), CancellationToken.None);
            var told = await late.WaitAsync(m => m.Any(x => x.Topic == topic && x.Payload.Length == 0));
            Assert.Contains(told, m => m.Topic == topic && m.Payload.Length > 0 && (string?)m.Json["transition"] == "ended");
        }

        await using var later = await MqttObserver.ConnectAsync(broker.Port);
        var retained = await later.WaitAsync(m => m.Any(x => x.Topic == rig.Prefix + "status"));
        Assert.DoesNotContain(retained, m => m.Topic == topic);
    }

    [Fact]
    public async Task A_broken_link_leaves_the_last_will_and_the_return_overwrites_it()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var proxy = new TcpProxy(broker.Port);
        await using var rig = await PublisherRig.MakeAsync(proxy.Port);
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        rig.Start();
        await observer.WaitAsync(m => StatesOf(m, rig).Contains("online"));
        proxy.Break();
        await observer.WaitAsync(m => StatesOf(m, rig).LastOrDefault() is "offline" || StatesOf(m, rig).Contains("offline"));
        var will = observer.Messages.First(m => m.Topic == rig.Prefix + "status" && (string?)m.Json["state"] == "offline");
        Assert.True(will.Retain);
        Assert.Equal("connection lost", (string?)will.Json["reasons"]![0]);
        var back = await observer.WaitAsync(m => m.Count(x => x.Topic == rig.Prefix + "status" && (string?)x.Json["state"] == "online") >= 2);
        Assert.Equal(2, (long?)back.Last(m => m.Topic == rig.Prefix + "status").Json["session"]);
    }

    [Fact]
    public async Task A_stop_says_stopped_and_sets_off_no_last_will()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        await using var rig = await PublisherRig.MakeAsync(broker.Port);
        rig.Start();
        await observer.WaitAsync(m => StatesOf(m, rig).Contains("online"));
        await rig.Store.RecordAsync(rig.Samples.Next(), CancellationToken.None);
        await rig.StopAsync();
        Assert.Equal(0, rig.Store.PendingCount);
        await observer.WaitAsync(m => StatesOf(m, rig).Contains("offline"));
        await Task.Delay(300);
        var last = observer.Messages.Last(m => m.Topic == rig.Prefix + "status");
        Assert.Equal("stopped", (string?)last.Json["reasons"]![0]);
        Assert.DoesNotContain("connection lost", string.Join(' ', observer.Messages.Select(m => m.ToString())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_health_change_is_published_and_degrades_the_status_with_the_reason()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        await using var rig = await PublisherRig.MakeAsync(broker.Port);
        rig.Start();
        await observer.WaitAsync(m => StatesOf(m, rig).Contains("online"));
        rig.Health.Report("camera", HealthState.Failed, "no frames for 3 s");
        var all = await observer.WaitAsync(m => m.Any(x => x.Topic == rig.Prefix + "health/camera"));
        Assert.Equal("failed", (string?)all.Single(m => m.Topic == rig.Prefix + "health/camera").Json["state"]);
        var status = all.Last(m => m.Topic == rig.Prefix + "status");
        Assert.Equal("degraded", (string?)status.Json["state"]);
        Assert.Equal("camera: no frames for 3 s", (string?)status.Json["reasons"]![0]);
    }

    [Theory]
    [InlineData("capture", "{\"case\":1}", true, "")]
    [InlineData("capture", "", true, "")]
    [InlineData("capture", "{oops", false, "is not JSON")]
    [InlineData("capture", "[1]", false, "expected a JSON object")]
    [InlineData("dance", "{}", false, "command/dance is unknown; expected one of acknowledge, capture")]
    [InlineData("install-model", "{}", false, "no such bundle")]
    public async Task A_command_is_answered_on_its_response_topic_with_its_correlation_data(string verb, string payload, bool ok, string error)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        await using var rig = await PublisherRig.MakeAsync(broker.Port);
        rig.Start();
        await observer.WaitAsync(m => StatesOf(m, rig).Contains("online"));
        await WaitForSubscriptionAsync(broker);
        await observer.PublishAsync(new MqttApplicationMessage
        {
            Topic = rig.Prefix + "command/" + verb,
            PayloadSegment = Encoding.UTF8.GetBytes(payload),
            ResponseTopic = "answers/me",
            CorrelationData = [1, 2, 3],
        });
        var answer = (await observer.WaitAsync(m => m.Any(x => x.Topic == "answers/me"))).Single(m => m.Topic == "answers/me");
        Assert.Equal([1, 2, 3], answer.CorrelationData);
        Assert.Equal(ok, (bool?)answer.Json["ok"]);
        Assert.Equal(verb, (string?)answer.Json["verb"]);
        Assert.Contains(error, (string?)answer.Json["error"] ?? string.Empty, StringComparison.Ordinal);
        Assert.Equal(ok || verb == "install-model", rig.Commands.Contains(verb));
    }

    [Fact]
    public async Task A_command_without_response_topic_is_carried_out_and_nobody_can_make_the_box_speak_on_its_own_topics()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        await using var rig = await PublisherRig.MakeAsync(broker.Port);
        rig.Start();
        await observer.WaitAsync(m => StatesOf(m, rig).Contains("online"));
        await WaitForSubscriptionAsync(broker);
        await observer.PublishAsync(new MqttApplicationMessage { Topic = rig.Prefix + "command/end-case" });
        await observer.PublishAsync(new MqttApplicationMessage { Topic = rig.Prefix + "command/capture", ResponseTopic = rig.Prefix + "alert/1" });
        await observer.PublishAsync(new MqttApplicationMessage { Topic = rig.Prefix + "command/set-case", ResponseTopic = rig.Prefix + "response/1" });
        var all = await observer.WaitAsync(m => m.Any(x => x.Topic == rig.Prefix + "response/1"));
        Assert.Equal(["end-case", "capture", "set-case"], rig.Commands);
        Assert.DoesNotContain(all, m => m.Topic == rig.Prefix + "alert/1");
    }

    [Fact]
    public async Task An_alert_is_acknowledged_and_results_are_queried_while_a_capture_runs_and_the_rest_keeps_its_order()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        await using var rig = await PublisherRig.MakeAsync(broker.Port);
        var capture = new TaskCompletionSource();
        rig.BeforeCapture = capture.Task;
        rig.Start();
        await observer.WaitAsync(m => StatesOf(m, rig).Contains("online"));
        await WaitForSubscriptionAsync(broker);
        foreach (var verb in new[] { "capture", "set-case", "acknowledge", "end-case", "query-results" })
        {
            await observer.PublishAsync(new MqttApplicationMessage { Topic = rig.Prefix + "command/" + verb, ResponseTopic = "answers/me" });
        }

        var prompt = await observer.WaitAsync(m => m.Count(x => x.Topic == "answers/me") == 2);
        Assert.Equal(["acknowledge", "query-results"], VerbsOf(prompt));
        capture.SetResult();
        var all = await observer.WaitAsync(m => m.Count(x => x.Topic == "answers/me") == 5);
        Assert.Equal(["acknowledge", "query-results", "capture", "set-case", "end-case"], VerbsOf(all));
    }

    private static IEnumerable<string?> VerbsOf(IReadOnlyList<Received> messages) =>
        messages.Where(m => m.Topic == "answers/me").Select(m => (string?)m.Json["verb"]);

    private static IEnumerable<string?> StatesOf(IReadOnlyList<Received> messages, PublisherRig rig) =>
        messages.Where(m => m.Topic == rig.Prefix + "status").Select(m => (string?)m.Json["state"]);

    private static async Task WaitForSubscriptionAsync(MosquittoBroker broker)
    {
        for (var i = 0; i < 200 && !broker.ReadLog().Contains("command/+", StringComparison.Ordinal); i++)
        {
            await Task.Delay(25);
        }
    }
}
