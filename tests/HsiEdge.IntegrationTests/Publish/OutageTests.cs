using HsiEdge.Core.Publish;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Publish;

/// <summary>Broker killed, link frozen, messages refused: nothing is lost, nothing is marked sent without the broker's word.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task A_broker_killed_in_mid_drain_gets_every_message_at_least_once()
    {
        await using var broker = await MosquittoBroker.StartAsync("max_queued_messages 0");
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        await using var rig = await PublisherRig.MakeAsync(broker.Port, o => o.MaximumInFlight = 4);

        // What a killed broker had acknowledged and not yet passed on, or took before the observer was back, is its loss: a window a kill at most.
        const int TheBrokersLoss = 2 * 4;
        var expected = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 150; i++)
        {
            var record = rig.Samples.Next(8, 8, overlayBytes: 0);
            await rig.Store.RecordAsync(record, CancellationToken.None);
            expected.UnionWith(record.Messages.Select(m => m.Id));
        }

        rig.Start();
        for (var round = 1; round <= 2; round++)
        {
            var goal = 60 * round;
            await observer.WaitAsync(m => DistinctIds(m).Count >= goal);
            await broker.KillAsync();
            Assert.True(rig.Store.PendingCount > 0, "The drain was over before the broker was killed: the test proves nothing.");
            await broker.StartAgainAsync();
            await observer.ConnectAgainAsync(broker.Port);
        }

        await rig.WaitUntilDrainedAsync(30);
        await observer.WaitAsync(m => DistinctIds(m).Count >= expected.Count - TheBrokersLoss);
        Assert.Empty(DistinctIds(observer.Messages).Except(expected));
    }

    [Fact]
    public async Task Without_a_puback_a_message_stays_and_comes_again_with_the_same_id_marked_historical()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var proxy = new TcpProxy(broker.Port);
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        await using var rig = await PublisherRig.MakeAsync(proxy.Port, o =>
        {
            o.AcknowledgeTimeoutSeconds = 1;
            o.HistoricalAfterSeconds = 1;
        });
        rig.Start();
        await observer.WaitAsync(m => m.Any(x => x.Topic == rig.Prefix + "health/broker-link"));
        proxy.Frozen = true;
        var record = rig.Samples.Next(8, 8);
        await rig.Store.RecordAsync(record, CancellationToken.None);
        await rig.WaitForHealthAsync(HealthState.Failed);
        Assert.Equal(record.Messages.Count, rig.Store.PendingCount);
        proxy.Frozen = false;
        proxy.Break();
        await rig.WaitUntilDrainedAsync();
        var result = (await observer.WaitAsync(m => m.Any(x => x.Topic == rig.Prefix + "result"))).First(m => m.Topic == rig.Prefix + "result");
        Assert.Equal(record.Messages.Single(m => m.Topic == "result").Id, result.Properties[UserPropertyNames.Id]);
        Assert.Equal("true", result.Properties[UserPropertyNames.Historical]);
        Assert.InRange(long.Parse(result.Properties[UserPropertyNames.AgeMilliseconds]), 1_000, 60_000);
    }

    [Fact]
    public async Task A_topic_that_the_broker_refuses_waits_alone_and_the_link_says_so()
    {
        await using var broker = await MosquittoBroker.StartAsync("max_packet_size 20000");
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        await using var rig = await PublisherRig.MakeAsync(broker.Port);
        await rig.Store.RecordAsync(rig.Samples.Next(8, 8, overlayBytes: 50_000), CancellationToken.None);
        rig.Start();
        await rig.WaitForHealthAsync(HealthState.Warning);
        for (var i = 0; i < 5; i++)
        {
            await rig.Store.RecordAsync(rig.Samples.Next(8, 8, overlayBytes: 50_000), CancellationToken.None);
        }

        await observer.WaitAsync(m => m.Count(x => x.Topic == rig.Prefix + "result") == 6 && m.Count(x => x.Topic == rig.Prefix + "ledger") == 6);
        await WaitUntilPendingAsync(rig, 1);
        var item = rig.Health.Snapshot().Items.Single(i => i.Component == "broker-link");
        Assert.Contains("the broker refuses overlay: 50000 bytes are more than the broker's largest packet of 20000", item.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_publish_that_the_broker_answers_with_an_error_is_not_marked_sent()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllLinesAsync(folder.File("acl"), ["topic readwrite #", "topic deny hsiedge/v1/lab/cart-7/result"]);
        await using var broker = await MosquittoBroker.StartAsync("acl_file " + folder.File("acl"));
        await using var rig = await PublisherRig.MakeAsync(broker.Port);
        await rig.Store.RecordAsync(rig.Samples.Next(8, 8), CancellationToken.None);
        rig.Start();
        await rig.WaitForHealthAsync(HealthState.Warning);
        await WaitUntilPendingAsync(rig, 1);
        Assert.Equal("result", Assert.Single(await rig.Store.PeekAsync(10, CancellationToken.None)).Topic);
        Assert.Contains("the broker refuses result: NotAuthorized", rig.Health.Snapshot().Items.Single(i => i.Component == "broker-link").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_open_alert_is_stated_again_to_a_broker_that_forgot_it()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port);
        var raised = rig.Samples.Raise();
        await rig.Store.RecordAsync(rig.Samples.Next(8, 8, transitions: [raised]), CancellationToken.None);
        rig.Start();
        await rig.WaitUntilDrainedAsync();
        await broker.KillAsync();
        await broker.StartAgainAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        var topic = rig.Prefix + "alert/" + raised.After.Id;
        var stated = (await observer.WaitAsync(m => m.Any(x => x.Topic == topic))).First(m => m.Topic == topic);
        Assert.True(stated.Retain);
        Assert.Null(stated.Json["transition"]);
        Assert.Equal("raised", (string?)stated.Json["after"]!["state"]);
        Assert.Equal(rig.Prefix + "command/acknowledge", (string?)stated.Json["acknowledgeTopic"]);
    }

    [Fact]
    public async Task No_broker_at_all_is_reported_and_stops_nothing()
    {
        await using var rig = await PublisherRig.MakeAsync(MosquittoBroker.FreePort());
        rig.Start();
        await rig.WaitForHealthAsync(HealthState.Failed);
        await rig.Store.RecordAsync(rig.Samples.Next(8, 8), CancellationToken.None);
        Assert.Equal(3, rig.Store.PendingCount);
        var begin = TimeProvider.System.GetTimestamp();
        await rig.StopAsync();
        Assert.True(TimeProvider.System.GetElapsedTime(begin) < TimeSpan.FromSeconds(3));
    }

    private static HashSet<string> DistinctIds(IReadOnlyList<Received> messages) =>
        messages.Where(m => m.Properties.ContainsKey(UserPropertyNames.Id)).Select(m => m.Properties[UserPropertyNames.Id]).ToHashSet(StringComparer.Ordinal);

    private static async Task WaitUntilPendingAsync(PublisherRig rig, long count)
    {
        for (var i = 0; i < 500 && rig.Store.PendingCount != count; i++)
        {
            await Task.Delay(20);
        }

        Assert.Equal(count, rig.Store.PendingCount);
    }
}
