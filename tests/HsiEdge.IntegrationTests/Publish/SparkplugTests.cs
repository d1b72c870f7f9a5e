using System.Globalization;
using HsiEdge.Core.Publish;
using HsiEdge.Delivery.Publish.Sparkplug;
using HsiEdge.Testing;
using MQTTnet;
using MQTTnet.Protocol;
using Xunit;

namespace HsiEdge.IntegrationTests.Publish;

/// <summary>The Sparkplug B edge node against a real Mosquitto, its bytes read by protoc with a description of its own.</summary>
public sealed class SparkplugTests
{
    private const string State = "spBv1.0/STATE/scada";

    [Fact]
    public async Task Birth_comes_first_with_every_metric_and_data_has_no_other()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port, "spBv1.0/#");
        await using var rig = await SparkplugRig.MakeAsync(broker.Port);
        var raised = rig.Samples.Raise();
        rig.Health.Report("camera", HealthState.Ok);
        rig.Start();
        await observer.WaitAsync(m => m.Any(x => x.Topic == SparkplugRig.Birth));
        var id = await rig.RecordAsync(raised);
        rig.Health.Report("camera", HealthState.Failed, "unplugged");
        await observer.WaitAsync(m => m.Count(x => x.Topic == SparkplugRig.Data) >= 3);
        var all = observer.Messages;
        Assert.Equal(SparkplugRig.Birth, all[0].Topic);
        Assert.All(all, m => Assert.Equal((MqttQualityOfServiceLevel.AtMostOnce, false), (m.QualityOfService, m.Retain)));
        var decoded = await SparkplugDecoder.DecodeAsync(all.Select(m => m.Payload));
        var birth = decoded[0];
        Assert.Equal(0, birth.Sequence);
        Assert.True(birth.Fields.ContainsKey("timestamp"));
        Assert.Equal(("4", "0"), (birth["bdSeq"].Type, birth["bdSeq"].Value));
        Assert.Equal(("11", "false"), (birth["Node Control/Rebirth"].Type, birth["Node Control/Rebirth"].Value));
        Assert.Equal("0.1.0-test", birth["Properties/Software"].Value);
        Assert.True(birth["Result/Id"].IsNull);
        var types = decoded.FindLast(d => d.Has("bdSeq"))!.Metrics.ToDictionary(m => m.Name, m => m.Type, StringComparer.Ordinal);
        Assert.All(decoded.SelectMany(d => d.Metrics), m =>
        {
            Assert.Equal(types[m.Name], m.Type);
            Assert.True(m.Fields.ContainsKey("timestamp"), m.Name);
            Assert.True(m.IsNull != m.Value is not null, $"{m.Name} is neither null nor a value, or both.");
            Assert.False(m.IsHistorical);
        });
        var result = decoded.Find(d => !d.Has("bdSeq") && d.Has("Result/Id"))!;
        Assert.Equal(id, result["Result/Id"].Value);
        Assert.Equal(("3", "1"), (result["Result/Findings"].Type, result["Result/Findings"].Value));
        Assert.Equal("10", result["Result/Largest Finding Area (mm2)"].Type);
        Assert.Equal(12.5, double.Parse(result["Result/Largest Finding Area (mm2)"].Value!, CultureInfo.InvariantCulture));
        Assert.Equal("1", result["Alerts/Open"].Value);
        Assert.Equal(("raised", raised.After.Id), (decoded.Find(d => !d.Has("bdSeq") && d.Has("Alert/Id"))!["Alert/Transition"].Value, decoded.Find(d => !d.Has("bdSeq") && d.Has("Alert/Id"))!["Alert/Id"].Value));
        Assert.Contains(decoded, d => !d.Has("bdSeq") && d.Has("Health/camera/Reason") && d["Health/camera/Reason"].Value == "unplugged");
    }

    [Fact]
    public async Task Six_hundred_messages_have_sequence_numbers_without_a_gap()
    {
        await using var broker = await MosquittoBroker.StartAsync("max_queued_messages 0");
        await using var observer = await MqttObserver.ConnectAsync(broker.Port, "spBv1.0/#");
        await using var rig = await SparkplugRig.MakeAsync(broker.Port);
        rig.Start();
        await observer.WaitAsync(m => m.Any(x => x.Topic == SparkplugRig.Birth));
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 600; i++)
        {
            ids.Add(await rig.RecordAsync());
        }

        await rig.WaitUntilDrainedAsync(30);
        await observer.WaitAsync(m => m.Count(x => x.Topic == SparkplugRig.Data) >= 600, 30);
        var decoded = await SparkplugDecoder.DecodeAsync(observer.Messages.Select(m => m.Payload));
        Assert.True(decoded.Count > 600);
        for (var i = 1; i < decoded.Count; i++)
        {
            Assert.Equal(decoded[i].Has("bdSeq") ? 0 : (decoded[i - 1].Sequence + 1) % 256, decoded[i].Sequence);
        }

        Assert.Contains(decoded, d => d.Sequence == 255);
        Assert.Superset(ids, decoded.Where(d => d.Has("Result/Id")).Select(d => d["Result/Id"].Value!).ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_rebirth_command_gives_a_new_birth_certificate_and_what_is_not_understood_changes_nothing()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port, "spBv1.0/#");
        await using var rig = await SparkplugRig.MakeAsync(broker.Port);
        rig.Start();
        await observer.WaitAsync(m => m.Any(x => x.Topic == SparkplugRig.Birth));
        var id = await rig.RecordAsync();
        await observer.WaitAsync(m => m.Any(x => x.Topic == SparkplugRig.Data));
        await Task.Delay(300);
        var before = observer.Messages.Count(m => m.Topic == SparkplugRig.Birth);
        await CommandAsync(observer, [0xFF, 0xFF, 0xFF]);
        await CommandAsync(observer, await SparkplugDecoder.EncodeAsync("metrics { name: \"Node Control/Rebirth\" datatype: 11 boolean_value: false } metrics { name: \"Result/Id\" string_value: \"x\" }"));
        await CommandAsync(observer, await SparkplugDecoder.EncodeAsync("timestamp: 1 metrics { name: \"Node Control/Rebirth\" datatype: 11 boolean_value: true }"));
        await observer.WaitAsync(m => m.Count(x => x.Topic == SparkplugRig.Birth) > before);
        await Task.Delay(300);
        var births = observer.Messages.Where(m => m.Topic == SparkplugRig.Birth).ToList();
        Assert.Equal(before + 1, births.Count);
        var birth = await SparkplugDecoder.DecodeAsync(births[^1].Payload);
        Assert.Equal((0, "0", id), (birth.Sequence, birth["bdSeq"].Value, birth["Result/Id"].Value));
        Assert.DoesNotContain(observer.Messages, m => m.Topic == SparkplugRig.Death);
    }

    [Fact]
    public async Task A_broken_connection_leaves_the_death_certificate_with_the_births_number_and_the_next_has_the_next()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var proxy = new TcpProxy(broker.Port);
        await using var observer = await MqttObserver.ConnectAsync(broker.Port, "spBv1.0/#");
        await using var rig = await SparkplugRig.MakeAsync(proxy.Port);
        rig.Start();
        for (var round = 0; round < 3; round++)
        {
            await WaitForNumberAsync(observer, SparkplugRig.Birth, round);
            proxy.Break();
            await WaitForNumberAsync(observer, SparkplugRig.Death, round);
        }

        await WaitForNumberAsync(observer, SparkplugRig.Birth, 3);
        var deaths = await SparkplugDecoder.DecodeAsync(observer.Messages.Where(m => m.Topic == SparkplugRig.Death).Select(m => m.Payload));
        Assert.All(deaths, d => Assert.Equal((null, 1), (d.Sequence, d.Metrics.Count)));
    }

    [Fact]
    public async Task What_waited_through_an_outage_comes_as_history_after_a_birth_that_tells_the_latest()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var rig = await SparkplugRig.MakeAsync(broker.Port);
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, SparkplugPublisher.Component, HealthState.Ok);
        await broker.KillAsync();
        await TlsRig.WaitAsync(rig.Health, SparkplugPublisher.Component, HealthState.Failed);
        List<string> waited = [];
        for (var i = 0; i < 5; i++)
        {
            waited.Add(await rig.RecordAsync());
        }

        Assert.Equal(5, rig.Store.Sparkplug.PendingCount);
        await broker.StartAgainAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port, "spBv1.0/#");

        // The observer may have come after the node's birth: a rebirth tells it, as it would a host.
        await CommandAsync(observer, await SparkplugDecoder.EncodeAsync("metrics { name: \"Node Control/Rebirth\" datatype: 11 boolean_value: true }"));
        await observer.WaitAsync(m => m.Any(x => x.Topic == SparkplugRig.Birth), 30);
        await rig.WaitUntilDrainedAsync();
        var live = await rig.RecordAsync();
        await observer.WaitAsync(m => m.Any(x => x.Topic == SparkplugRig.Birth) && m.Any(x => Contains(x, live)));
        var decoded = await SparkplugDecoder.DecodeAsync(observer.Messages.Select(m => m.Payload));
        Assert.Equal(waited[^1], decoded.Find(d => d.Has("bdSeq"))!["Result/Id"].Value);
        Assert.All(decoded.Where(d => !d.Has("bdSeq") && d.Has("Result/Id")), d => Assert.Equal(d["Result/Id"].Value != live, d["Result/Id"].IsHistorical));
        Assert.All(decoded.Where(d => !d.Has("bdSeq") && d.Has("Result/Id")).SelectMany(d => d.Metrics.Select(m => m.IsHistorical).Distinct().Skip(1)), _ => Assert.Fail("History and present in one message."));
    }

    [Fact]
    public async Task Nothing_of_an_outage_is_lost()
    {
        await using var broker = await MosquittoBroker.StartAsync("max_queued_messages 0");
        await using var proxy = new TcpProxy(broker.Port);
        await using var observer = await MqttObserver.ConnectAsync(broker.Port, "spBv1.0/#");
        await using var rig = await SparkplugRig.MakeAsync(proxy.Port, o => (o.AcknowledgeTimeoutSeconds, o.KeepAliveSeconds) = (1, 4));
        rig.Start();
        await observer.WaitAsync(m => m.Any(x => x.Topic == SparkplugRig.Birth));
        var ids = new List<string>();
        for (var i = 0; i < 150; i++)
        {
            ids.Add(await rig.RecordAsync());
            if (i % 30 == 10)
            {
                proxy.Break();
            }
            else if (i == 75)
            {
                await rig.WaitUntilDrainedAsync();
                await TlsRig.WaitAsync(rig.Health, SparkplugPublisher.Component, HealthState.Ok);

                // Sent into a cable that swallows everything: the broker never answers, so nothing is marked.
                proxy.Frozen = true;
            }
            else if (i == 95)
            {
                await TlsRig.WaitAsync(rig.Health, SparkplugPublisher.Component, HealthState.Failed);
                Assert.True(rig.Store.Sparkplug.PendingCount >= 20);
                proxy.Frozen = false;
                proxy.Break();
            }
        }

        await rig.WaitUntilDrainedAsync(30);
        await observer.WaitAsync(m => m.Any(x => x.Topic == SparkplugRig.Data && Contains(x, ids[^1])), 30);
        var data = await SparkplugDecoder.DecodeAsync(observer.Messages.Where(m => m.Topic == SparkplugRig.Data).Select(m => m.Payload));
        Assert.Empty(ids.Except(data.Where(d => d.Has("Result/Id")).Select(d => d["Result/Id"].Value!)));
    }

    [Fact]
    public async Task Damaged_metrics_do_not_hold_up_what_waits_behind_them()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port, "spBv1.0/#");
        await using var rig = await SparkplugRig.MakeAsync(broker.Port);
        var record = rig.Samples.Next(8, 8, overlayBytes: 0);
        var damaged = record.Messages[0] with { Destination = HsiEdge.Core.Record.MessageDestination.Sparkplug, Payload = [0xFF, 0xFF, 0xFF] };
        await rig.Store.RecordLedgerAsync(ledger: null, [damaged], CancellationToken.None);
        var id = await rig.RecordAsync();
        rig.Start();
        await rig.WaitUntilDrainedAsync();
        await observer.WaitAsync(m => m.Any(x => x.Topic == SparkplugRig.Data && Contains(x, id)));
    }

    [Fact]
    public async Task The_number_of_the_connection_is_durable_and_wraps_after_255()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port, "spBv1.0/#");
        await using var rig = await SparkplugRig.MakeAsync(broker.Port);
        await rig.Store.WriteValueAsync("sparkplug.bdSeq", "253", CancellationToken.None);
        rig.Start();
        await WaitForNumberAsync(observer, SparkplugRig.Birth, 254);
        await rig.RestartAsync();
        await WaitForNumberAsync(observer, SparkplugRig.Death, 254);
        await WaitForNumberAsync(observer, SparkplugRig.Birth, 255);
        await rig.RestartAsync();
        await WaitForNumberAsync(observer, SparkplugRig.Birth, 0);
    }

    [Fact]
    public async Task A_broker_that_is_away_uses_up_no_numbers()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await broker.KillAsync();
        await using var rig = await SparkplugRig.MakeAsync(broker.Port);
        rig.Start();
        await Task.Delay(2_500);
        await broker.StartAgainAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port, "spBv1.0/#");
        await TlsRig.WaitAsync(rig.Health, SparkplugPublisher.Component, HealthState.Ok);
        Assert.Equal("0", await rig.Store.ReadValueAsync("sparkplug.bdSeq", CancellationToken.None));
    }

    [Fact]
    public async Task With_a_primary_host_the_node_lives_only_while_that_host_is_online()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var observer = await MqttObserver.ConnectAsync(broker.Port, "spBv1.0/lab/#");
        await using var rig = await SparkplugRig.MakeAsync(broker.Port, o => o.Sparkplug.PrimaryHostId = "scada");
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, SparkplugPublisher.Component, HealthState.Warning, "the primary host of spBv1.0/STATE/scada is not online");
        var id = await rig.RecordAsync();
        await StateAsync(observer, """{"online":true,"timestamp":2000}""");
        await WaitForNumberAsync(observer, SparkplugRig.Birth, 0);
        await rig.WaitUntilDrainedAsync();

        // The Last Will of an earlier session of the host comes late: it is older than what is known.
        await StateAsync(observer, """{"online":false,"timestamp":1000}""", retain: false);
        await StateAsync(observer, "OFFLINE", retain: false);
        await Task.Delay(500);
        Assert.DoesNotContain(observer.Messages, m => m.Topic == SparkplugRig.Death);

        await StateAsync(observer, """{"online":false,"timestamp":2000}""");
        await WaitForNumberAsync(observer, SparkplugRig.Death, 0);
        await TlsRig.WaitAsync(rig.Health, SparkplugPublisher.Component, HealthState.Warning, "is not online");
        var waited = await rig.RecordAsync();
        await Task.Delay(300);
        Assert.Equal(1, rig.Store.Sparkplug.PendingCount);
        await StateAsync(observer, """{"online":true,"timestamp":3000}""");
        await observer.WaitAsync(m => m.Any(x => x.Topic == SparkplugRig.Data && Contains(x, waited)));
        Assert.Contains(observer.Messages, m => m.Topic == SparkplugRig.Data && Contains(m, id));
    }

    [Fact]
    public async Task Turned_off_what_waited_is_given_up()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var rig = await SparkplugRig.MakeAsync(broker.Port);
        await rig.RecordAsync();
        await rig.RestartAsync(o => o.Sparkplug.Enabled = false);
        await rig.WaitUntilDrainedAsync();
        Assert.DoesNotContain("hsiedge-lab-cart-7-sparkplug", broker.ReadLog(), StringComparison.Ordinal);
    }

    private static bool Contains(Received message, string text) => message.Payload.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0;

    private static Task CommandAsync(MqttObserver host, byte[] payload) => host.PublishAsync(new MqttApplicationMessage { Topic = SparkplugRig.Command, PayloadSegment = payload });

    private static Task StateAsync(MqttObserver host, string payload, bool retain = true) =>
        host.PublishAsync(new MqttApplicationMessage { Topic = State, PayloadSegment = System.Text.Encoding.UTF8.GetBytes(payload), Retain = retain });

    private static async Task WaitForNumberAsync(MqttObserver observer, string topic, int number)
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        for (var seen = 0; ;)
        {
            var messages = await observer.WaitAsync(m => m.Count(x => x.Topic == topic) > seen);
            var all = messages.Where(m => m.Topic == topic).ToList();
            seen = all.Count;
            var last = await SparkplugDecoder.DecodeAsync(all.Select(m => m.Payload));
            if (last.Exists(d => d["bdSeq"].Value == text))
            {
                return;
            }
        }
    }
}
