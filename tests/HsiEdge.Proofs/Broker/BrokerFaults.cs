namespace HsiEdge.Proofs.Broker;

/// <summary>What can happen between cart and broker: begun, left for a while, ended.</summary>
internal static class BrokerFaults
{
    /// <summary>All kinds, by name.</summary>
    public static IReadOnlyDictionary<string, Func<BrokerNetwork, TimeSpan, Task>> All { get; } =
        new Dictionary<string, Func<BrokerNetwork, TimeSpan, Task>>(StringComparer.Ordinal)
        {
            ["killed"] = (network, pause) => AroundAsync(network.KillAsync, network.StartAgainAsync, pause),
            ["paused"] = (network, pause) => AroundAsync(network.PauseAsync, network.ContinueAsync, pause),
            ["partitioned"] = (network, pause) => AroundAsync(network.PartitionAsync, network.JoinAsync, pause),
            ["wiped"] = (network, _) => network.WipeAsync(),
            ["refusing"] = (network, pause) => AroundAsync(network.DenyAsync, network.AllowAsync, pause + TimeSpan.FromSeconds(1)),
            ["slow"] = SlowAsync,
            ["reset"] = ResetAsync,
            ["swallowed"] = SwallowAsync,
        };

    private static async Task AroundAsync(Func<Task> begin, Func<Task> end, TimeSpan pause)
    {
        await begin();
        await Task.Delay(pause);
        await end();
    }

    private static async Task SlowAsync(BrokerNetwork network, TimeSpan pause)
    {
        network.Proxy.BytesPerSecond = 30_000;
        await Task.Delay(pause);
        network.Proxy.BytesPerSecond = 0;
    }

    private static async Task ResetAsync(BrokerNetwork network, TimeSpan pause)
    {
        network.Proxy.Closed = true;
        network.Proxy.Break();
        await Task.Delay(pause);
        network.Proxy.Closed = false;
    }

    // What was swallowed never comes: the connection ends with it, as TCP's would.
    private static async Task SwallowAsync(BrokerNetwork network, TimeSpan pause)
    {
        network.Proxy.Frozen = true;
        await Task.Delay(pause);
        network.Proxy.Break();
        network.Proxy.Frozen = false;
    }
}
