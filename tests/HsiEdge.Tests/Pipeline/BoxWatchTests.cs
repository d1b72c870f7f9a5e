using HsiEdge.Appliance.Hosting;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Trigger;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Pipeline;

public sealed class BoxWatchTests : IAsyncDisposable
{
    private const long Gibibyte = 1L << 30;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private readonly FakeResultStore _store = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly HealthBoard _health;
    private Func<long> _free = () => 20 * Gibibyte;
    private Task _running = Task.CompletedTask;

    private readonly PipelineMetrics _metrics = new();
    private readonly TriggerDesk _desk;

    public BoxWatchTests()
    {
        _health = new HealthBoard(_time);
        _desk = new TriggerDesk(_time, _metrics, NullLogger<TriggerDesk>.Instance);
        _desk.Open();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(10));
        await _store.DisposeAsync();
        _stopping.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task A_disk_that_fills_up_and_is_freed_again_is_reported_each_second()
    {
        Start();
        await ExpectAsync("disk", HealthState.Ok, "");
        _free = () => 2 * Gibibyte;
        _time.Advance(BoxWatch.DiskPeriod);
        await ExpectAsync("disk", HealthState.Warning, "/data, 2.0 GiB free. Less than 5 GiB (Store:WarnFreeMebibytes)");
        _free = () => Gibibyte / 4;
        _time.Advance(BoxWatch.DiskPeriod);
        await ExpectAsync("disk", HealthState.Failed, "Less than 512 MiB, the least to capture with");
        _free = () => throw new IOException("it is gone");
        _time.Advance(BoxWatch.DiskPeriod);
        await ExpectAsync("disk", HealthState.Failed, "it is gone");
        _free = () => 20 * Gibibyte;
        _time.Advance(BoxWatch.DiskPeriod);
        await ExpectAsync("disk", HealthState.Ok, "");
    }

    [Fact]
    public async Task While_the_disk_is_full_triggers_are_refused_with_the_reason_until_there_is_room()
    {
        _free = () => Gibibyte / 10;
        Start();
        await ExpectAsync("disk", HealthState.Failed, "Less than 512 MiB, the least to capture with");
        await ExpectReadyAsync(false);
        var refused = _desk.Post(TriggerCause.Footswitch).RefusalReason;
        Assert.Contains("no room for results: /data, 0.1 GiB free. Less than 512 MiB, the least to capture with (Store:RefuseFreeMebibytes): free some", refused, StringComparison.Ordinal);
        Assert.Equal(1, _desk.Totals.RefusedByReason["disk full"]);
        _free = () => 20 * Gibibyte;
        _time.Advance(BoxWatch.Period);
        await ExpectReadyAsync(true);
        Assert.True(_desk.Post(TriggerCause.Footswitch).Accepted);
    }

    [Fact]
    public async Task While_the_store_has_failed_triggers_are_refused_and_it_is_tried_again_each_second()
    {
        Start();
        await ExpectAsync("clock", HealthState.Ok, "");
        _store.Faults.Enqueue(new HsiEdge.Core.Record.StoreFaultException("no space left"));
        _health.Report("store", HealthState.Failed, "no space left");
        _time.Advance(BoxWatch.DiskPeriod);
        await ExpectReadyAsync(false);
        Assert.Contains("no space left", _desk.Post(TriggerCause.Footswitch).RefusalReason, StringComparison.Ordinal);
        Assert.Equal(1, _desk.Totals.RefusedByReason["store failed"]);
        _time.Advance(BoxWatch.DiskPeriod);
        await ExpectReadyAsync(true);
    }

    [Fact]
    public async Task Room_on_the_disk_does_not_hide_references_that_could_not_be_kept_nor_the_other_way_round()
    {
        _health.Report("disk", HealthState.Warning, "the references cannot be kept", "references");
        Start();
        await ExpectAsync("clock", HealthState.Ok, "");
        await ExpectAsync("disk", HealthState.Warning, "the references cannot be kept");
        _free = () => Gibibyte / 4;
        _time.Advance(BoxWatch.Period);
        await ExpectAsync("disk", HealthState.Failed, "shows what takes the room; the references cannot be kept");
        _health.Report("disk", HealthState.Ok, cause: "references");
        await ExpectAsync("disk", HealthState.Failed, "Less than 512 MiB, the least to capture with");
    }

    [Fact]
    public async Task A_clock_behind_the_newest_result_is_reported_until_it_is_set()
    {
        await _store.RecordAsync(new SampleRecords(_time).Next(), CancellationToken.None);
        Start();
        await ExpectAsync("clock", HealthState.Ok, "");
        _time.AdjustTime(_time.GetUtcNow() - TimeSpan.FromHours(1));
        _time.Advance(BoxWatch.Period);
        await ExpectAsync("clock", HealthState.Failed, "the latest result is dated 2026-11-24 08:00:00, ahead of it. The clock stepped back");
        _time.AdjustTime(_time.GetUtcNow() + TimeSpan.FromHours(1));
        _time.Advance(BoxWatch.Period);
        await ExpectAsync("clock", HealthState.Ok, "");
    }

    [Fact]
    public async Task A_clock_before_this_version_was_made_is_reported()
    {
        _time.AdjustTime(new DateTimeOffset(1970, 1, 1, 0, 0, 9, TimeSpan.Zero));
        Start();
        await ExpectAsync("clock", HealthState.Failed, "before this version was made");
    }

    private void Start() => _running = new BoxWatch(_health, _desk, _store, new StoreOptions { DataFolder = "/data" }, _ => _free(), _time).RunAsync(_stopping.Token);

    private async Task ExpectReadyAsync(bool ready)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        for (var state = _desk.State; state.Ready != ready; state = _desk.State)
        {
            await _desk.WaitForChangeAsync(state.Version, limit.Token);
        }
    }

    private async Task ExpectAsync(string component, HealthState state, string reason)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (true)
        {
            var (version, items) = _health.Snapshot();
            if (items.Any(i => i.Component == component && i.State == state && i.Reason.Contains(reason, StringComparison.Ordinal) && (reason.Length > 0 || i.Reason.Length == 0)))
            {
                return;
            }

            await _health.WaitForChangeAsync(version, limit.Token);
        }
    }
}
