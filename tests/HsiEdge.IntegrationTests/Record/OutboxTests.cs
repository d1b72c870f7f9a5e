using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using Xunit;

namespace HsiEdge.IntegrationTests.Record;

/// <summary>The waiting messages in a real store: read in pages, capped, aged, and counted the same after every opening.</summary>
public sealed class OutboxTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pages_follow_one_another_and_what_comes_later_is_found_alerts_first()
    {
        await using var store = await _folder.OpenAsync();
        var results = Enumerable.Range(0, 10).Select(i => Message("result", MessagePriority.Normal)).ToList();
        await store.RecordLedgerAsync(null, results, CancellationToken.None);
        var first = await store.ReadAsync(OutboxPosition.Start, 6, MessagePriority.Low, CancellationToken.None);
        Assert.Equal((6, false), (first.Messages.Count, first.Last));
        var alert = Message("alert/1", MessagePriority.High);
        await store.RecordLedgerAsync(null, [alert], CancellationToken.None);
        var alerts = await store.ReadAsync(first.Next, 16, MessagePriority.High, CancellationToken.None);
        Assert.Equal([alert.Id], alerts.Messages.Select(m => m.Message.Id));
        var second = await store.ReadAsync(alerts.Next, 6, MessagePriority.Low, CancellationToken.None);
        Assert.True(second.Last);
        Assert.Equal(results.Select(m => m.Id), first.Messages.Concat(second.Messages).Select(m => m.Message.Id));
        Assert.False(store.WaitForMessagesAsync(second.Next, CancellationToken.None).IsCompleted);
        Assert.True(store.WaitForMessagesAsync(first.Next, CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task A_failed_transaction_leaves_no_gap_for_a_reader_and_counts_nothing()
    {
        await using var store = await _folder.OpenAsync();
        await store.RecordLedgerAsync(null, [Message("result", MessagePriority.Normal)], CancellationToken.None);
        var page = await store.ReadAsync(OutboxPosition.Start, 6, MessagePriority.Low, CancellationToken.None);
        await store.MarkSentAsync([.. page.Messages.Select(m => m.Message.Id)], CancellationToken.None);
        _folder.Disk.FailFlush = true;
        await Assert.ThrowsAsync<StoreFaultException>(() => store.RecordLedgerAsync(null, [Message("result", MessagePriority.Normal)], CancellationToken.None));
        _folder.Disk.FailFlush = false;
        var next = Message("result", MessagePriority.Normal);
        await store.RecordLedgerAsync(null, [next], CancellationToken.None);
        Assert.Equal(1, store.PendingCount);
        Assert.Equal(next.Id, Assert.Single((await store.ReadAsync(page.Next, 6, MessagePriority.Low, CancellationToken.None)).Messages).Message.Id);
    }

    [Fact]
    public async Task Above_its_room_the_oldest_go_and_alerts_last_and_each_is_counted()
    {
        _folder.Options.MaximumOutboxMebibytes = 16;
        await using var store = await _folder.OpenAsync();
        var alert = Message("alert/1", MessagePriority.High, 1024);
        await store.RecordLedgerAsync(null, [alert, Message("overlay", MessagePriority.Low, 3 * 1024 * 1024, retain: true)], CancellationToken.None);
        var results = new List<OutboxMessage>();
        for (var i = 0; i < 24; i++)
        {
            results.Add(Message("result", MessagePriority.Normal, 1024 * 1024));
            await store.RecordLedgerAsync(null, [results[^1]], CancellationToken.None);
        }

        Assert.InRange(store.PendingBytes, 15 * 1024 * 1024, 16 * 1024 * 1024);
        var left = (await store.PeekAsync(100, CancellationToken.None)).Select(m => m.Id).ToList();
        Assert.Equal([alert.Id, .. results.Skip(9).Select(m => m.Id)], left);
        Assert.Equal(new OutboxDrops(10, 0, 0), store.Drops);
    }

    [Fact]
    public async Task Alerts_go_only_when_nothing_else_is_left()
    {
        _folder.Options.MaximumOutboxMebibytes = 16;
        await using var store = await _folder.OpenAsync();
        await store.RecordLedgerAsync(null, [Message("result", MessagePriority.Normal)], CancellationToken.None);
        var alerts = Enumerable.Range(0, 20).Select(i => Message($"alert/{i}", MessagePriority.High, 1024 * 1024)).ToList();
        foreach (var alert in alerts)
        {
            await store.RecordLedgerAsync(null, [alert], CancellationToken.None);
        }

        Assert.Equal(alerts.Skip(5).Select(m => m.Id), (await store.PeekAsync(100, CancellationToken.None)).Select(m => m.Id));
        Assert.Equal(6, store.Drops.Lost);
    }

    [Fact]
    public async Task Old_messages_are_given_up_by_counted_age_and_a_clock_that_jumps_gives_up_none()
    {
        _folder.Options.MaximumOutboxAgeDays = 2;
        OutboxMessage old;
        await using (var store = await _folder.OpenAsync())
        {
            old = Message("result", MessagePriority.Normal);
            await store.RecordLedgerAsync(null, [old], CancellationToken.None);
            await store.RecordAsync(_folder.Samples.Next(), CancellationToken.None);
            _folder.Time.Advance(TimeSpan.FromDays(1));
        }

        // Ten years pass by the wall clock while the box is off: a week of it counts at most, and there only what is over its age goes.
        _folder.Options.MaximumOutboxAgeDays = 10;
        _folder.Time.AdjustTime(_folder.Time.GetUtcNow().AddYears(10));
        await using (var store = await _folder.OpenAsync())
        {
            await store.RecordLedgerAsync(null, [Message("result", MessagePriority.Normal)], CancellationToken.None);
            Assert.Equal(OutboxDrops.None, store.Drops);
            Assert.Equal(old.Id, (await store.PeekAsync(100, CancellationToken.None))[0].Id);
            _folder.Time.Advance(TimeSpan.FromDays(11));
            var fresh = Message("result", MessagePriority.Normal);
            await store.RecordLedgerAsync(null, [fresh], CancellationToken.None);
            Assert.Equal([fresh.Id], (await store.PeekAsync(100, CancellationToken.None)).Select(m => m.Id));
            Assert.Equal(new OutboxDrops(0, 5, 0), store.Drops);
        }
    }

    [Fact]
    public void A_message_that_cannot_be_read_holds_up_no_other_and_is_counted_once()
    {
        OutboxMessage[] messages = [Message("result", MessagePriority.Normal), Message("result", MessagePriority.Normal), Message("result", MessagePriority.Normal)];
        using var database = new LiteDB.LiteDatabase(new MemoryStream());
        var table = new OutboxTable(_folder.Options, new StoreBook(_folder.Time).Age, _folder.Time);
        table.Load(database);
        table.Add(database, messages);
        var outbox = database.GetCollection("outbox");
        var document = outbox.FindById(messages[1].Id);
        (document["o"], document["d"], document["m"]) = (LiteDB.BsonValue.Null, LiteDB.BsonValue.Null, "no number");
        Assert.True(outbox.Update(document));
        for (var pass = 0; pass < 2; pass++)
        {
            Assert.False(table.Read(database, OutboxPosition.Start, 2, MessagePriority.Low).Last);
            Assert.Equal([messages[0].Id, messages[2].Id], table.Peek(database, 2).Select(m => m.Id));
            var page = table.Read(database, OutboxPosition.Start, 1, MessagePriority.Low);
            var rest = table.Read(database, page.Next, 2, MessagePriority.Low);
            Assert.Equal([messages[0].Id, messages[2].Id], page.Messages.Concat(rest.Messages).Select(m => m.Message.Id));
            Assert.Equal(OutboxDrops.None with { Damaged = 1 }, table.Drops);
        }
    }

    [Fact]
    public void A_store_whose_totals_a_program_did_not_know_is_counted_anew()
    {
        using var database = new LiteDB.LiteDatabase(new MemoryStream());
        var table = new OutboxTable(_folder.Options, new StoreBook(_folder.Time).Age, _folder.Time);
        table.Load(database);
        table.Add(database, [Message("result", MessagePriority.Normal, 1_000), Message("result", MessagePriority.Normal, 2_000)]);
        var (count, bytes) = (table.PendingCount, table.PendingBytes);
        Assert.True(database.GetCollection("meta").Delete("outbox"));
        table.Load(database);
        Assert.Equal((count, bytes), (table.PendingCount, table.PendingBytes));
        Assert.Equal((2, true), (count, bytes > 3_000));
    }

    [Fact]
    public async Task What_waits_is_counted_the_same_after_reopening()
    {
        long count, bytes;
        await using (var store = await _folder.OpenAsync())
        {
            await store.RecordAsync(_folder.Samples.Next(), CancellationToken.None);
            await store.RecordAsync(_folder.Samples.Next(), CancellationToken.None);
            Assert.Equal(1, store.Drops.Superseded);
            (count, bytes) = (store.PendingCount, store.PendingBytes);
            Assert.Equal(5, count);
            Assert.True(bytes > 5 * 512);
        }

        await using var again = await _folder.OpenAsync();
        Assert.Equal((count, bytes), (again.PendingCount, again.PendingBytes));
    }

    [Fact]
    public async Task The_age_of_a_message_goes_by_the_monotonic_clock_within_a_run_and_is_known_to_be_of_an_earlier_one()
    {
        await using (var store = await _folder.OpenAsync())
        {
            await store.RecordAsync(_folder.Samples.Next(), CancellationToken.None);
            _folder.Time.Advance(TimeSpan.FromSeconds(7));
            Assert.All((await store.ReadAsync(OutboxPosition.Start, 10, MessagePriority.Low, CancellationToken.None)).Messages, m =>
            {
                Assert.False(m.EarlierRun);
                Assert.Equal(TimeSpan.FromSeconds(7), _folder.Time.GetElapsedTime(m.BornTimestamp));
            });
        }

        _folder.Time.Advance(TimeSpan.FromSeconds(20));
        await using var again = await _folder.OpenAsync();
        Assert.All((await again.ReadAsync(OutboxPosition.Start, 10, MessagePriority.Low, CancellationToken.None)).Messages, m =>
        {
            Assert.True(m.EarlierRun);
            Assert.InRange(_folder.Time.GetElapsedTime(m.BornTimestamp).TotalSeconds, 19, 28);
        });
    }

    private OutboxMessage Message(string topic, MessagePriority priority, int bytes = 100, bool retain = false) => new()
    {
        Id = _folder.Samples.NextId(),
        Topic = topic,
        Payload = new byte[bytes],
        ContentType = "application/json",
        Retain = retain,
        Priority = priority,
        CreatedUtc = _folder.Time.GetUtcNow(),
    };
}
