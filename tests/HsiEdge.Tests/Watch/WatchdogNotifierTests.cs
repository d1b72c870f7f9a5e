using System.Collections.Concurrent;
using HsiEdge.Appliance.Watch;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Testing;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Watch;

public sealed class WatchdogNotifierTests
{
    [Fact]
    public async Task The_service_manager_hears_twice_a_period_that_the_worker_lives_and_nothing_while_a_stage_is_dead()
    {
        var time = new FakeTimeProvider();
        using var metrics = new PipelineMetrics();
        var (liveness, desk) = (new Liveness(time), new TriggerDesk(time, metrics, NullLogger<TriggerDesk>.Instance));
        var truth = new HealthTruth(new ApplianceIdentity("site", "cart", "1.0.0", "BOOT"), liveness, desk, new HealthBoard(time));
        var (manager, log) = (new Manager(), new CollectingLogger<WatchdogNotifier>());
        using var stop = new CancellationTokenSource();
        var running = new WatchdogNotifier(manager, truth, time, log).RunAsync(TimeSpan.FromSeconds(30), stop.Token);
        Assert.Equal("WATCHDOG=1", await manager.HeardAsync());
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("WATCHDOG=1", await manager.HeardAsync());

        using var store = liveness.Watch("store", TimeSpan.FromSeconds(10));
        store.Beat();
        time.Advance(TimeSpan.FromSeconds(15));
        time.Advance(TimeSpan.FromSeconds(15));
        store.Rest();
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("WATCHDOG=1", await manager.HeardAsync());
        await stop.CancelAsync();
        await running;
        Assert.Equal(3, manager.Count);
        Assert.Contains("store has been silent for 15.0 s", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    private sealed class Manager : ISystemdNotifier
    {
        private readonly BlockingCollection<string> _heard = [];
        private int _count;

        public bool IsEnabled => true;

        public int Count => Volatile.Read(ref _count);

        public void Notify(ServiceState state)
        {
            Interlocked.Increment(ref _count);
            _heard.Add(state.ToString());
        }

        public Task<string> HeardAsync() => Task.Run(() => _heard.TryTake(out var text, TimeSpan.FromSeconds(30)) ? text : "silence");
    }
}
