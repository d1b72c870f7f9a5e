using HsiEdge.Core;
using HsiEdge.Delivery.Publish;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.IntegrationTests.Publish;

public sealed class EmbeddedBrokerTests
{
    [Fact]
    public async Task It_takes_a_free_port_and_carries_the_messages_of_a_cube()
    {
        await using var broker = await EmbeddedBroker.StartAsync(0, NullLogger<EmbeddedBroker>.Instance);
        await using var observer = await MqttObserver.ConnectAsync(broker.Port);
        await using var rig = await PublisherRig.MakeAsync(broker.Port);
        var raised = rig.Samples.Raise();
        await rig.Store.RecordAsync(rig.Samples.Next(transitions: [raised]), CancellationToken.None);
        rig.Start();
        var all = await observer.WaitAsync(m => m.Any(x => x.Topic == rig.Prefix + "overlay"));
        Assert.Contains(all, m => m.Topic == rig.Prefix + "result");
        Assert.Contains(all, m => m.Topic == rig.Prefix + "alert/" + raised.After.Id);
        await rig.StopAsync();
        await observer.WaitAsync(m => m.Any(x => x.Topic == rig.Prefix + "status" && (string?)x.Json["reasons"]?.AsArray().FirstOrDefault() == "stopped"));
    }

    [Fact]
    public async Task A_port_in_use_is_refused_with_its_number_and_what_to_do()
    {
        await using var other = await MosquittoBroker.StartAsync();
        var exception = await Assert.ThrowsAsync<BadInputException>(() => EmbeddedBroker.StartAsync(other.Port, NullLogger<EmbeddedBroker>.Instance));
        Assert.Contains($"TCP port {other.Port} of 127.0.0.1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("choose another port (0 takes a free one)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_embedded_brokers_do_not_share_a_port()
    {
        await using var first = await EmbeddedBroker.StartAsync(0, NullLogger<EmbeddedBroker>.Instance);
        await Assert.ThrowsAsync<BadInputException>(() => EmbeddedBroker.StartAsync(first.Port, NullLogger<EmbeddedBroker>.Instance));
    }
}
