using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Pipeline;

public sealed class CaseBookTests
{
    [Fact]
    public async Task The_case_travels_with_results_and_survives_a_restart()
    {
        var store = new FakeResultStore();
        await using (var rig = await new PipelineRig(store).StartAsync())
        {
            await rig.Book.SetCaseAsync("CASE-1", CancellationToken.None);
            await rig.CaptureAsync();
        }

        await using var again = await new PipelineRig(store).StartAsync();
        Assert.Equal("CASE-1", again.Book.CaseId);
        await again.CaptureAsync();
        Assert.All(store.Records, r => Assert.Equal("CASE-1", r.Result.CaseId));
    }

    [Fact]
    public async Task Open_alerts_survive_a_restart_and_can_be_acknowledged()
    {
        var store = new FakeResultStore();
        await using (var rig = await new PipelineRig(store).StartAsync())
        {
            await RaiseAsync(rig);
        }

        await using var again = await new PipelineRig(store).StartAsync();
        var alert = Assert.Single(again.Book.OpenAlerts);
        var transition = await again.Book.AcknowledgeAsync(alert.Id, "nurse", CancellationToken.None);
        Assert.Equal((AlertTransitionKind.Acknowledged, "nurse"), (transition!.Kind, transition.After.AcknowledgedBy));
        Assert.Equal(AlertState.Acknowledged, Assert.Single(await store.ReadOpenAlertsAsync(CancellationToken.None)).State);
        Assert.Null(await again.Book.AcknowledgeAsync(alert.Id, "nurse", CancellationToken.None));
    }

    [Fact]
    public async Task Ending_a_case_ends_its_alerts_and_clears_it()
    {
        await using var rig = await new PipelineRig().StartAsync();
        await rig.Book.SetCaseAsync("CASE-1", CancellationToken.None);
        await RaiseAsync(rig);
        var ended = Assert.Single(await rig.Book.EndCaseAsync(CancellationToken.None));
        Assert.Equal((AlertTransitionKind.Ended, "CASE-1"), (ended.Kind, ended.After.CaseId));
        Assert.Empty(rig.Book.OpenAlerts);
        Assert.Null(rig.Book.CaseId);
    }

    [Fact]
    public async Task Another_case_ends_the_alerts_of_the_one_before_and_the_same_case_again_does_not()
    {
        await using var rig = await new PipelineRig().StartAsync();
        await rig.Book.SetCaseAsync("CASE-1", CancellationToken.None);
        await RaiseAsync(rig);
        Assert.Empty(await rig.Book.SetCaseAsync("CASE-1", CancellationToken.None));
        Assert.Single(rig.Book.OpenAlerts);
        Assert.Single(await rig.Book.SetCaseAsync("CASE-2", CancellationToken.None));
        Assert.Empty(rig.Book.OpenAlerts);
    }

    [Fact]
    public async Task A_change_that_cannot_be_written_has_not_happened()
    {
        await using var rig = await new PipelineRig().StartAsync();
        await RaiseAsync(rig);
        var alert = Assert.Single(rig.Book.OpenAlerts);
        rig.Store.Faults.Enqueue(new StoreFaultException("disk full"));
        await Assert.ThrowsAsync<StoreFaultException>(() => rig.Book.AcknowledgeAsync(alert.Id, "nurse", CancellationToken.None));
        Assert.Equal(AlertState.Raised, Assert.Single(rig.Book.OpenAlerts).State);
        Assert.NotNull(await rig.Book.AcknowledgeAsync(alert.Id, "nurse", CancellationToken.None));
    }

    [Fact]
    public async Task A_case_change_that_cannot_be_written_leaves_the_case_and_its_alerts_and_writes_once()
    {
        await using var rig = await new PipelineRig().StartAsync();
        await rig.Book.SetCaseAsync("CASE-1", CancellationToken.None);
        await RaiseAsync(rig);
        var told = rig.Store.Messages.Count;
        var writes = 0;
        rig.Store.BeforeWrite = () =>
        {
            // Only a first write succeeds: a change in two writes would be left half done.
            if (++writes > 1)
            {
                rig.Store.Faults.Enqueue(new StoreFaultException("disk full"));
            }

            return Task.CompletedTask;
        };
        Assert.Single(await rig.Book.SetCaseAsync("CASE-2", CancellationToken.None));
        Assert.Equal("CASE-2", rig.Book.CaseId);
        Assert.Equal("CASE-2", await rig.Store.ReadValueAsync("case", CancellationToken.None));
        Assert.Empty(await rig.Store.ReadOpenAlertsAsync(CancellationToken.None));
        Assert.True(rig.Store.Messages.Count > told);

        rig.Store.BeforeWrite = null;
        await RaiseAsync(rig);
        rig.Store.Faults.Enqueue(new StoreFaultException("disk full"));
        await Assert.ThrowsAsync<StoreFaultException>(() => rig.Book.EndCaseAsync(CancellationToken.None));
        Assert.Equal("CASE-2", rig.Book.CaseId);
        Assert.Equal("CASE-2", await rig.Store.ReadValueAsync("case", CancellationToken.None));
        Assert.Single(rig.Book.OpenAlerts);
        Assert.Single(await rig.Store.ReadOpenAlertsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_case_changes_only_between_captures()
    {
        await using var rig = await new PipelineRig().StartAsync();
        await rig.Book.SetCaseAsync("CASE-1", CancellationToken.None);
        var camera = new TaskCompletionSource<Core.Acquire.AcquiredCube>();
        var begun = new TaskCompletionSource();
        rig.Camera.Then((_, _) =>
        {
            begun.SetResult();
            return camera.Task;
        });
        var receipt = rig.Desk.Post(TriggerCause.Footswitch);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var change = rig.Book.SetCaseAsync("CASE-2", CancellationToken.None);
        await Task.Delay(50);
        Assert.False(change.IsCompleted);
        camera.SetResult(rig.Camera.Cube(receipt.Event, lesion: false));
        await receipt.Completion;
        await change;
        Assert.Equal("CASE-1", Assert.Single(rig.Store.Records).Result.CaseId);
        Assert.Equal("CASE-2", rig.Book.CaseId);
    }

    [Fact]
    public async Task A_dialect_is_written_with_what_it_tells_of_and_what_was_not_written_is_not_told()
    {
        var store = new FakeResultStore();
        await using (var rig = await new PipelineRig(store) { WithSummary = true }.StartAsync())
        {
            await RaiseAsync(rig);
            Assert.Equal((1, 1, 1), Summary(store));
            store.Faults.Enqueue(new StoreFaultException("disk full"));
            await Assert.ThrowsAsync<StoreFaultException>(() => rig.Book.AcknowledgeAsync(rig.Book.OpenAlerts[0].Id, "nurse", CancellationToken.None));
            Assert.Equal((1, 1, 1), Summary(store));
            await rig.Book.AcknowledgeAsync(rig.Book.OpenAlerts[0].Id, "nurse", CancellationToken.None);
            Assert.Equal((1, 0, 1), Summary(store));
        }

        // After a restart the latest result comes from the store.
        await using var again = await new PipelineRig(store) { WithSummary = true }.StartAsync();
        await again.Book.EndCaseAsync(CancellationToken.None);
        Assert.Equal((0, 0, 1), Summary(store));
    }

    private static (int Open, int Unacknowledged, int Findings) Summary(FakeResultStore store)
    {
        var message = System.Text.Json.JsonSerializer.Deserialize<Core.Publish.SummaryMessage>(store.Messages.Last(m => m.Topic == "summary").Payload, Core.HsiEdgeJson.Compact)!;
        Assert.Equal(store.Records[^1].Result.Id, message.ResultId);
        return (message.OpenAlerts, message.UnacknowledgedAlerts, message.Findings!.Value);
    }

    private static async Task RaiseAsync(PipelineRig rig)
    {
        rig.Camera.ThenLesion();
        rig.Camera.ThenLesion();
        await rig.CaptureAsync();
        await rig.CaptureAsync();
        Assert.Single(rig.Book.OpenAlerts);
    }
}
