using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using Xunit;

namespace HsiEdge.IntegrationTests.Record;

/// <summary>What goes to make room, in which order, and what never does; on real files.</summary>
public sealed class StoreKeeperTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public StoreKeeperTests()
    {
        _folder.Options.MaximumMapAgeDays = 0;
        _folder.Options.ReclaimFreeMebibytes = 0;
        _folder.Options.CheckpointMebibytes = 1;
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Over_the_quota_raw_cubes_go_first_then_maps_then_results_the_oldest_first()
    {
        await using var store = await _folder.OpenAsync();
        var ids = await RecordAsync(store, 18, raw: true);
        var keeper = _folder.KeeperOf(store);

        _folder.Options.QuotaMebibytes = MebibytesNow(store) - 5;
        await LookAsync(keeper, 3);
        Assert.Equal(ids[6..], RawIds());
        Assert.Equal(18, store.Usage.Maps);

        _folder.Options.QuotaMebibytes = MebibytesNow(store) - 15;
        await ConfirmAsync(keeper);
        await LookAsync(keeper, 10);
        Assert.Empty(RawIds());
        Assert.Equal(18, store.Usage.Results);
        Assert.InRange(store.Usage.Maps, 5, 10);
        Assert.Null(await store.ReadMapsAsync(ids[0], CancellationToken.None));
        Assert.NotNull(await store.ReadMapsAsync(ids[^1], CancellationToken.None));

        _folder.Options.QuotaMebibytes = 1;
        await ConfirmAsync(keeper);
        await LookAsync(keeper, 20);
        await RecordAsync(store, 600, size: 1);
        await ConfirmAsync(keeper);
        await LookAsync(keeper, 20);
        Assert.Null(await store.FindAsync(ids[0], CancellationToken.None));
        Assert.Null(await store.ReadLedgerAsync(ids[0], CancellationToken.None));
        Assert.Equal(0, store.Usage.Maps);
        Assert.Equal(["raw", "maps", "results"], _folder.Audited.Select(a => a.Subject).Distinct());
        Assert.All(_folder.Audited, a => Assert.Equal(AuditAction.Remove, a.Action));
    }

    [Fact]
    public async Task Nothing_of_a_protected_case_goes_nor_a_message_that_waits_nor_an_open_alert()
    {
        await using var store = await _folder.OpenAsync();
        var raised = _folder.Samples.Raise();
        var kept = await RecordAsync(store, 6, raw: true, caseId: "case-kept");
        var last = _folder.Samples.Next(8, 8, caseId: "other", transitions: [raised]);
        var protectedCases = new ProtectedCases(_folder.Options.DataFolder);
        Assert.True(await protectedCases.AddAsync("case-kept", CancellationToken.None));
        Assert.False(await protectedCases.AddAsync("case-kept", CancellationToken.None));
        await RecordAsync(store, 6, raw: true, caseId: "other");
        await store.RecordAsync(last, CancellationToken.None);
        var messages = store.PendingCount;

        _folder.Options.QuotaMebibytes = 1;
        var keeper = _folder.KeeperOf(store);
        await ConfirmAsync(keeper);
        await LookAsync(keeper, 20);
        Assert.Equal(kept.Order(StringComparer.Ordinal), (await store.ListAsync(new ResultQuery(100), CancellationToken.None)).Select(r => r.Id).Order(StringComparer.Ordinal));
        Assert.Equal(kept, RawIds());
        Assert.All(kept, id => Assert.NotNull(store.ReadMapsAsync(id, CancellationToken.None)));
        Assert.Equal(6, store.Usage.Maps);
        Assert.Equal(messages, store.PendingCount);
        Assert.Equal(raised.After.Id, Assert.Single(await store.ReadOpenAlertsAsync(CancellationToken.None)).Id);
        Assert.Contains("all that is left is protected", _folder.Warning("store"), StringComparison.Ordinal);

        Assert.True(await protectedCases.RemoveAsync("case-kept", CancellationToken.None));
        await ConfirmAsync(keeper);
        await LookAsync(keeper, 10);
        Assert.Empty(RawIds());
        Assert.Null(await store.FindAsync(kept[0], CancellationToken.None));
    }

    [Fact]
    public async Task Results_with_findings_stay_when_the_options_say_so()
    {
        _folder.Options.ProtectFindings = true;
        await using var store = await _folder.OpenAsync();
        var found = await RecordAsync(store, 3);
        var without = _folder.Samples.Next(160, 160, findings: false);
        await store.RecordAsync(without, CancellationToken.None);
        _folder.Options.QuotaMebibytes = 1;
        await LookAsync(_folder.KeeperOf(store), 10);
        Assert.Equal(3, store.Usage.Maps);
        Assert.Null(await store.FindAsync(without.Result.Id, CancellationToken.None));
        Assert.NotNull(await store.FindAsync(found[0], CancellationToken.None));
    }

    [Fact]
    public async Task A_quota_with_a_digit_missing_asks_first_and_until_then_one_goes_for_each_new_one()
    {
        await using var store = await _folder.OpenAsync();
        await RecordAsync(store, 60);
        _folder.Options.QuotaMebibytes = 3;
        var keeper = _folder.KeeperOf(store);
        await LookAsync(keeper, 50);
        Assert.Equal((60, 60), (store.Usage.Results, store.Usage.Maps));
        Assert.Contains("hsiedge store confirm-removal", _folder.Warning("store"), StringComparison.Ordinal);
        Assert.Empty(_folder.Audited);

        await RecordAsync(store, 5);
        await LookAsync(keeper, 50);
        Assert.Equal((65, 60), (store.Usage.Results, store.Usage.Maps));

        // A restart changes nothing: the share is not given anew.
        await LookAsync(_folder.KeeperOf(store), 50);
        Assert.Equal(60, store.Usage.Maps);

        await ConfirmAsync(keeper);
        await LookAsync(keeper, 50);
        Assert.InRange(store.Usage.Maps, 1, 10);
        Assert.Equal(65, store.Usage.Results);
        Assert.Equal("", _folder.Warning("store"));
    }

    [Fact]
    public async Task Nobody_takes_a_confirmation_while_the_service_is_stopped_and_it_is_not_found_later()
    {
        await (await _folder.OpenAsync()).DisposeAsync();
        Assert.False(await RemovalConfirmation.GiveAsync(_folder.Options.DataFolder, TimeSpan.FromMilliseconds(200), CancellationToken.None));
        Assert.DoesNotContain(Directory.GetFiles(_folder.Options.DataFolder), f => f.EndsWith(".confirmed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(10 * 365)]
    [InlineData(-10 * 365)]
    public async Task A_clock_that_jumps_by_ten_years_lets_nothing_expire_running_or_switched_off(int days)
    {
        _folder.Options.MaximumMapAgeDays = 30;
        await using (var store = await _folder.OpenAsync())
        {
            await RecordAsync(store, 5, size: 8);
            _folder.Clock.Step += TimeSpan.FromDays(days);
            await RecordAsync(store, 5, size: 8);
            await LookAsync(_folder.KeeperOf(store), 5);
            Assert.Equal(10, store.Usage.Maps);
        }

        _folder.Clock.Step += TimeSpan.FromDays(days);
        await using (var store = await _folder.OpenAsync())
        {
            await RecordAsync(store, 5, size: 8);
            await LookAsync(_folder.KeeperOf(store), 5);
            Assert.Equal(15, store.Usage.Maps);

            // And what is oldest is what was recorded first, whatever its date says.
            _folder.Time.Advance(TimeSpan.FromDays(31));
            await LookAsync(_folder.KeeperOf(store), 5);
            Assert.Equal(0, store.Usage.Maps);
        }
    }

    [Fact]
    public async Task An_age_with_a_digit_missing_asks_first()
    {
        await using var store = await _folder.OpenAsync();
        await RecordAsync(store, 60, size: 8);
        _folder.Time.Advance(TimeSpan.FromDays(20));
        _folder.Options.MaximumMapAgeDays = 3;
        await LookAsync(_folder.KeeperOf(store), 20);
        Assert.Equal(60, store.Usage.Maps);
        Assert.Contains("more than a quarter of the results' maps are older than 3 days", _folder.Warning("store"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Ledgers_of_lost_captures_age_out_and_those_of_results_stay()
    {
        await using var store = await _folder.OpenAsync();
        var kept = (await RecordAsync(store, 1, size: 8))[0];
        var lost = _folder.Samples.Next().Ledger!;
        await store.RecordLedgerAsync(lost, [], CancellationToken.None);
        _folder.Time.Advance(TimeSpan.FromDays(_folder.Options.MaximumLostLedgerAgeDays + 1));
        await LookAsync(_folder.KeeperOf(store), 2);
        Assert.Null(await store.ReadLedgerAsync(lost.CaptureId, CancellationToken.None));
        Assert.NotNull(await store.ReadLedgerAsync(kept, CancellationToken.None));
        Assert.Equal(0, store.Usage.LostCaptures);
    }

    [Fact]
    public async Task On_a_disk_that_others_fill_only_room_for_the_next_captures_is_made()
    {
        _folder.Options.ReclaimFreeMebibytes = 1024;
        _folder.FreeBytes = 900L << 20;
        await using var store = await _folder.OpenAsync();
        var ids = await RecordAsync(store, 9, raw: true);
        await LookAsync(_folder.KeeperOf(store), 10);
        Assert.Empty(RawIds());
        Assert.Equal(9, store.Usage.Results);
        Assert.NotNull(await store.FindAsync(ids[0], CancellationToken.None));
    }

    [Fact]
    public async Task Raw_cubes_that_a_kill_left_without_a_result_are_swept_at_the_start_but_not_a_whole_folder_of_them()
    {
        await using var store = await _folder.OpenAsync();
        var kept = await RecordAsync(store, 2, size: 8, raw: true);
        var orphan = _folder.Samples.Next().Result.Id;
        WriteRaw(orphan);
        await File.WriteAllTextAsync(Path.Combine(Raw, orphan + ".img.1234.tmp"), "half");
        await _folder.KeeperOf(store).SweepAsync(CancellationToken.None);
        Assert.Equal(kept, RawIds());
        Assert.Equal(4, Directory.GetFiles(Raw).Length);

        for (var i = 0; i < 11; i++)
        {
            WriteRaw(_folder.Samples.Next().Result.Id);
        }

        await _folder.KeeperOf(store).SweepAsync(CancellationToken.None);
        Assert.Equal(13, RawIds().Count);
        Assert.Contains("22 files without a result in this store; they were left", _folder.Warning("store"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_list_of_protected_cases_keeps_everything_and_says_so()
    {
        await using var store = await _folder.OpenAsync();
        await RecordAsync(store, 8);
        await File.WriteAllTextAsync(_folder.File("protected.json"), "{ \"cases\": [\"ca");
        _folder.Options.QuotaMebibytes = 2;
        await LookAsync(_folder.KeeperOf(store), 5);
        Assert.Equal(8, store.Usage.Maps);
        Assert.Contains("protected.json cannot be read", _folder.Warning("store"), StringComparison.Ordinal);
    }

    private string Raw => Path.Combine(_folder.Options.DataFolder, "raw");

    private async Task<List<string>> RecordAsync(LiteDbResultStore store, int count, int size = 160, bool raw = false, string caseId = "case-1")
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var record = _folder.Samples.Next(size, size, caseId);
            ids.Add(record.Result.Id);
            if (raw)
            {
                WriteRaw(record.Result.Id);
            }

            await store.RecordAsync(record, CancellationToken.None);
            _folder.Time.Advance(TimeSpan.FromSeconds(1));
        }

        return ids;
    }

    private void WriteRaw(string id)
    {
        Directory.CreateDirectory(Raw);
        File.WriteAllText(Path.Combine(Raw, id + ".hdr"), "ENVI");
        File.WriteAllBytes(Path.Combine(Raw, id + ".img"), new byte[1 << 20]);
    }

    private List<string> RawIds() => !Directory.Exists(Raw) ? [] : [.. Directory.GetFiles(Raw, "*.hdr").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    private int MebibytesNow(LiteDbResultStore store) =>
        (int)(RoomPlan.Used(_folder.Options, store.Usage, StoreSizes.Of(StorePaths.Of(_folder.Options))) >> 20);

    private async Task ConfirmAsync(StoreKeeper keeper)
    {
        var giving = RemovalConfirmation.GiveAsync(_folder.Options.DataFolder, TimeSpan.FromSeconds(10), CancellationToken.None);
        while (!giving.IsCompleted)
        {
            await keeper.LookAsync(CancellationToken.None);
            await Task.Delay(20);
        }

        Assert.True(await giving);
    }

    private async Task LookAsync(StoreKeeper keeper, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await keeper.LookAsync(CancellationToken.None);
            _folder.Time.Advance(StoreKeeper.Period);
        }
    }
}
