using HsiEdge.Core.Publish;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Publish;

/// <summary>The backlog's way to a real broker: in order, alerts first, refused topics made up for.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task Results_reach_a_consumer_in_the_order_of_their_recording_though_the_link_breaks_again_and_again()
    {
        await using var broker = await MosquittoBroker.StartAsync("max_queued_messages 0");
        await using var proxy = new TcpProxy(broker.Port);
        await using var observer = await MqttObserver.ConnectAsync(broker.Port, "hsiedge/#");
        // Few in flight, so that the drain is slower than this test's counting of what has come.
        await using var rig = await PublisherRig.MakeAsync(proxy.Port, o => o.MaximumInFlight = 4);
        var ids = await FillAsync(rig, 6_000);
        rig.Start();
        for (var round = 1; round <= 5; round++)
        {
            var goal = 400 * round;
            await observer.WaitAsync(m => FirstResults(m).Count >= goal, 30);
            proxy.Break();
        }

        Assert.True(rig.Store.PendingCount > 0, "The drain was over before the link was broken: the test proves nothing.");
        await rig.WaitUntilDrainedAsync(60);
        await observer.WaitAsync(m => FirstResults(m).Count >= ids.Count);
        Assert.Equal(ids, FirstResults(observer.Messages));
    }

    [Fact]
    public async Task An_alert_overtakes_the_backlog()
    {
        await using var broker = await MosquittoBroker.StartAsync("max_queued_messages 0");
        await using var observer = await MqttObserver.ConnectAsync(broker.Port, "hsiedge/#");
        await using var rig = await PublisherRig.MakeAsync(broker.Port);
        var ids = await FillAsync(rig, 5_000);
        rig.Start();
        await observer.WaitAsync(m => FirstResults(m).Count >= 100);
        var raised = rig.Samples.Raise();
        await rig.Store.RecordAlertsAsync([raised], [raised.After], rig.Samples.Composer.ForTransitions([raised]), null, CancellationToken.None);
        var seen = await observer.WaitAsync(m => m.Any(x => x.Topic == rig.Prefix + "alert/" + raised.After.Id), 30);
        Assert.InRange(FirstResults(seen).Count, 100, ids.Count - 1_000);
    }

    [Fact]
    public async Task What_the_broker_refused_comes_in_order_once_it_takes_it()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllLinesAsync(folder.File("acl"), ["topic readwrite #", "topic deny hsiedge/v1/lab/cart-7/result"]);
        await using var broker = await MosquittoBroker.StartAsync("acl_file " + folder.File("acl"));
        await using var observer = await MqttObserver.ConnectAsync(broker.Port, "hsiedge/#");
        await using var rig = await PublisherRig.MakeAsync(broker.Port);
        var ids = await FillAsync(rig, 400);
        rig.Start();
        await rig.WaitForHealthAsync(HealthState.Warning);
        ids.AddRange(await FillAsync(rig, 10));
        await File.WriteAllLinesAsync(folder.File("acl"), ["topic readwrite #"]);
        await broker.ReloadAsync();
        await rig.WaitUntilDrainedAsync(30);
        await observer.WaitAsync(m => FirstResults(m).Count >= ids.Count);
        Assert.Equal(ids, FirstResults(observer.Messages));
        await rig.WaitForHealthAsync(HealthState.Ok);
    }

    private static async Task<List<string>> FillAsync(PublisherRig rig, int count)
    {
        var messages = Enumerable.Range(0, count).Select(_ => rig.Samples.Next(2, 2, overlayBytes: 0).Messages.Single(m => m.Topic == "result")).ToList();
        foreach (var some in messages.Chunk(500))
        {
            await rig.Store.RecordLedgerAsync(null, some, CancellationToken.None);
        }

        return [.. messages.Select(m => m.Id)];
    }

    private static List<string> FirstResults(IReadOnlyList<Received> messages)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. messages.Where(m => m.Topic.EndsWith("/result", StringComparison.Ordinal)).Select(m => m.Properties[UserPropertyNames.Id]).Where(seen.Add)];
    }
}
