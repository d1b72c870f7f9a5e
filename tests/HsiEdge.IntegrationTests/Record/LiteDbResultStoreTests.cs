using HsiEdge.Core;
using HsiEdge.Core.Record;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Record;

/// <summary>The store on real files.</summary>
public sealed class LiteDbResultStoreTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_recorded_is_read_back_equal_after_reopening()
    {
        var raised = _folder.Samples.Raise();
        var record = _folder.Samples.Next(transitions: [raised]);
        await using (var store = await _folder.OpenAsync())
        {
            await store.RecordAsync(record, CancellationToken.None);
        }

        await using var again = await _folder.OpenAsync();
        var found = await again.FindAsync(record.Result.Id, CancellationToken.None);
        Assert.Equivalent(record.Result, found, strict: true);
        var maps = await again.ReadMapsAsync(record.Result.Id, CancellationToken.None);
        Assert.Equal(record.Maps.Classes.Values, maps!.Classes.Values);
        Assert.Equal(record.Maps.Probabilities.Values, maps.Probabilities.Values);
        Assert.Equal(SampleRecords.Classes, maps.ModelClasses);
        Assert.Equivalent(record.Ledger, await again.ReadLedgerAsync(record.Result.Id, CancellationToken.None), strict: true);
        Assert.Equal(record.OverlayPng, await again.ReadOverlayAsync(record.Result.Id, CancellationToken.None));
        Assert.Equivalent(new[] { raised.After }, await again.ReadOpenAlertsAsync(CancellationToken.None), strict: true);
        var waiting = await again.PeekAsync(100, CancellationToken.None);
        Assert.Equivalent(record.Messages.Select((m, i) => m with { Number = i + 1 }), waiting, strict: true);
        Assert.Equal(["alert/" + raised.After.Id, "result", "ledger", "overlay"], waiting.Select(m => m.Topic));
    }

    [Fact]
    public async Task The_ledger_of_a_capture_without_a_result_is_kept_with_its_message_and_a_result_without_one_still_reads()
    {
        var record = _folder.Samples.Next() with { Ledger = null };
        var lost = _folder.Samples.Next();
        var kept = lost.Ledger! with { Verdict = HsiEdge.Core.Trigger.TriggerVerdict.Missed, Reason = "the camera went away" };
        await using (var store = await _folder.OpenAsync())
        {
            await store.RecordAsync(record with { Messages = [] }, CancellationToken.None);
            await store.RecordLedgerAsync(kept, [lost.Messages[1]], CancellationToken.None);
            await store.RecordLedgerAsync(null, [], CancellationToken.None);
        }

        await using var again = await _folder.OpenAsync();
        Assert.Equivalent(kept, await again.ReadLedgerAsync(kept.CaptureId, CancellationToken.None), strict: true);
        Assert.Null(await again.FindAsync(kept.CaptureId, CancellationToken.None));
        Assert.Equal([lost.Messages[1].Id], (await again.PeekAsync(10, CancellationToken.None)).Select(m => m.Id));
        Assert.Equivalent(record.Result, await again.FindAsync(record.Result.Id, CancellationToken.None), strict: true);
        Assert.Null(await again.ReadLedgerAsync(record.Result.Id, CancellationToken.None));
    }

    [Fact]
    public async Task Maps_of_a_full_camera_are_stored_in_pieces_and_come_back_equal()
    {
        await using var store = await _folder.OpenAsync();
        var record = _folder.Samples.Next(lines: 1024, samples: 1280);
        var random = new Random(1);
        foreach (ref var value in record.Maps.Probabilities.Values.AsSpan())
        {
            value = random.NextSingle();
        }

        await store.RecordAsync(record, CancellationToken.None);
        var maps = await store.ReadMapsAsync(record.Result.Id, CancellationToken.None);
        Assert.Equal(record.Maps.Probabilities.Values.AsSpan(), maps!.Probabilities.Values.AsSpan());
    }

    [Fact]
    public async Task Messages_wait_alerts_first_then_oldest_first_and_only_the_latest_overlay_waits()
    {
        await using var store = await _folder.OpenAsync();
        Assert.Equal(0, store.PendingCount);
        var waiting = store.WaitForMessagesAsync(OutboxPosition.Start, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        var first = _folder.Samples.Next();
        var raised = _folder.Samples.Raise();
        var second = _folder.Samples.Next(transitions: [raised]);
        await store.RecordAsync(first, CancellationToken.None);
        await waiting;
        await store.RecordAsync(second, CancellationToken.None);
        var messages = await store.PeekAsync(100, CancellationToken.None);
        Assert.Equal(["alert/" + raised.After.Id, "result", "ledger", "result", "ledger", "overlay"], messages.Select(m => m.Topic));
        Assert.Equal(first.Messages[0].Id, messages[1].Id);
        Assert.Equal(second.OverlayPng, messages[^1].Payload);
        Assert.Equal(6, store.PendingCount);
        await store.MarkSentAsync([messages[0].Id, messages[1].Id, "unknown"], CancellationToken.None);
        Assert.Equal(4, store.PendingCount);
        Assert.Equal(messages.Skip(2).Select(m => m.Id), (await store.PeekAsync(100, CancellationToken.None)).Select(m => m.Id));
    }

    [Fact]
    public async Task Alerts_that_ended_are_no_longer_open_after_reopening()
    {
        var raised = _folder.Samples.Raise();
        await using (var store = await _folder.OpenAsync())
        {
            await store.RecordAsync(_folder.Samples.Next(transitions: [raised]), CancellationToken.None);
            var end = SampleRecords.End(raised.After);
            await store.RecordAlertsAsync([end], [], _folder.Samples.Composer.ForTransitions([end]), new DurableValue("case", "CASE-2"), CancellationToken.None);
        }

        await using var again = await _folder.OpenAsync();
        Assert.Empty(await again.ReadOpenAlertsAsync(CancellationToken.None));
        Assert.Equal("CASE-2", await again.ReadValueAsync("case", CancellationToken.None));
        Assert.Equal(3, (await again.PeekAsync(100, CancellationToken.None)).Count(m => m.Topic == "alert/" + raised.After.Id));
    }

    [Fact]
    public async Task Queries_filter_by_time_case_and_findings_newest_first()
    {
        await using var store = await _folder.OpenAsync();
        var ids = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            var record = _folder.Samples.Next(caseId: i < 3 ? "case-a" : null, findings: i % 2 == 0);
            ids.Add(record.Result.Id);
            await store.RecordAsync(record, CancellationToken.None);
            _folder.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var start = new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);
        Assert.Equal([5, 4], await IndexesAsync(new ResultQuery(2)));
        Assert.Equal([2, 1, 0], await IndexesAsync(new ResultQuery(CaseId: "case-a")));
        Assert.Equal([4, 2, 0], await IndexesAsync(new ResultQuery(WithFindingsOnly: true)));
        Assert.Equal([3, 2], await IndexesAsync(new ResultQuery(FromUtc: start.AddMinutes(2), ToUtc: start.AddMinutes(4))));
        Assert.Equal([2], await IndexesAsync(new ResultQuery(FromUtc: start.AddMinutes(2), CaseId: "case-a", WithFindingsOnly: true)));

        async Task<IEnumerable<int>> IndexesAsync(ResultQuery query) => (await store.ListAsync(query, CancellationToken.None)).Select(r => ids.IndexOf(r.Id));
    }

    [Fact]
    public async Task Maps_expire_and_results_stay()
    {
        _folder.Options.MaximumMapAgeDays = 2;
        await using var store = await _folder.OpenAsync();
        var old = _folder.Samples.Next();
        await store.RecordAsync(old, CancellationToken.None);
        _folder.Time.Advance(TimeSpan.FromDays(3));
        var young = _folder.Samples.Next();
        await store.RecordAsync(young, CancellationToken.None);
        await _folder.KeeperOf(store).LookAsync(CancellationToken.None);
        Assert.Null(await store.ReadMapsAsync(old.Result.Id, CancellationToken.None));
        Assert.Null(await store.ReadOverlayAsync(old.Result.Id, CancellationToken.None));
        Assert.NotNull(await store.FindAsync(old.Result.Id, CancellationToken.None));
        Assert.NotNull(await store.ReadMapsAsync(young.Result.Id, CancellationToken.None));
    }

    [Fact]
    public async Task Small_values_are_durable_and_removable()
    {
        await using (var store = await _folder.OpenAsync())
        {
            await store.WriteValueAsync("case", "case-9", CancellationToken.None);
            await store.WriteValueAsync("gone", "x", CancellationToken.None);
            await store.WriteValueAsync("gone", null, CancellationToken.None);
        }

        await using var again = await _folder.OpenAsync();
        Assert.Equal("case-9", await again.ReadValueAsync("case", CancellationToken.None));
        Assert.Null(await again.ReadValueAsync("gone", CancellationToken.None));
    }

    [Fact]
    public async Task A_second_process_is_told_that_the_folder_is_in_use()
    {
        await using var store = await _folder.OpenAsync();
        var run = await ProgramRun.StartAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "HsiEdge.StoreVictim.dll"), _folder.Options.DataFolder, "1"]);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains($"Store:DataFolder {_folder.Options.DataFolder} is in use by another hsiedge process", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_refused_with_its_path_and_what_to_do()
    {
        await File.WriteAllTextAsync(_folder.Options.DataFolder, "a file");
        var exception = await Assert.ThrowsAsync<BadInputException>(_folder.OpenAsync);
        Assert.Contains(_folder.Options.DataFolder, exception.Message, StringComparison.Ordinal);
        Assert.Contains("set Store:DataFolder to another", exception.Message, StringComparison.Ordinal);
        Assert.Equal("a file", await File.ReadAllTextAsync(_folder.Options.DataFolder));
    }

    [Fact]
    public async Task A_cancelled_caller_leaves_nothing_behind_or_everything()
    {
        await using var store = await _folder.OpenAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.RecordAsync(_folder.Samples.Next(), cancelled.Token));
        Assert.Empty(await StoreFolder.RequireNothingHalfAsync(store));
    }
}
