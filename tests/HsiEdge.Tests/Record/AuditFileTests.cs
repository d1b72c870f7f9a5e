using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Record;

/// <summary>What is audited is on the disk, whoever writes and whatever the disk does.</summary>
public sealed class AuditFileTests : IDisposable
{
    private readonly AuditFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_entry_says_who_did_what_when_to_what()
    {
        var audit = _folder.Open();
        await audit.AppendAsync(AuditFolder.Event(AuditAction.Acknowledge, "01JBZ0Q8X6N3V5W7Y9A2C4E6G8"), CancellationToken.None);
        var entry = Assert.Single(await _folder.ReadAsync());
        Assert.Equal((1L, AuditFolder.Boot, AuditAction.Acknowledge, "user:ada", "01JBZ0Q8X6N3V5W7Y9A2C4E6G8"), (entry.Sequence, entry.Boot, entry.Action, entry.Who, entry.Subject));
        Assert.Equal(("1.2.0 → 1.3.0", "a \"b\"\n\\ é"), (entry.Details["version"], entry.Details["text"]));
        Assert.Equal(new AuditHead(1, entry.Hash), audit.Head);
        Assert.Equal(HealthState.Ok, _folder.StoreHealth!.State);
    }

    [Fact]
    public async Task Text_of_any_kind_and_length_is_one_line()
    {
        var audit = _folder.Open();
        await audit.AppendAsync(new AuditEvent(AuditAction.Export, "half \uD800 a character", new string('x', 100_000) + "\n\0"), CancellationToken.None);
        var entry = Assert.Single(await _folder.ReadAsync());
        Assert.Equal("half \uFFFD a character", entry.Who);
        Assert.EndsWith("x…", entry.Subject, StringComparison.Ordinal);
        Assert.Empty((await _folder.VerifyAsync()).Faults);
    }

    [Fact]
    public async Task Writers_in_many_threads_with_logs_of_their_own_make_one_chain()
    {
        var writers = Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            var audit = _folder.Open();
            for (var i = 0; i < 25; i++)
            {
                await audit.AppendAsync(AuditFolder.Event(AuditAction.Export, $"{w}.{i}"), CancellationToken.None);
            }
        }));
        await Task.WhenAll(writers);
        Assert.Empty((await _folder.VerifyAsync()).Faults);
        Assert.Equal(200, (await _folder.ReadAsync()).Select(e => e.Subject).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task An_entry_that_the_power_cut_off_is_dropped_and_that_is_said()
    {
        await _folder.WithAsync(3);
        var (log, head) = (await File.ReadAllBytesAsync(_folder.Log), await File.ReadAllBytesAsync(_folder.Head));
        await _folder.WithAsync(1);
        var whole = await File.ReadAllBytesAsync(_folder.Log);
        for (var length = log.Length + 1; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(_folder.Log, whole[..length]);
            await File.WriteAllBytesAsync(_folder.Head, head);
            var found = await _folder.VerifyAsync();
            Assert.Empty(found.Faults);
            Assert.Contains("Line 4 is unfinished", Assert.Single(found.Notes), StringComparison.Ordinal);

            await _folder.WithAsync(1);
            found = await _folder.VerifyAsync();
            Assert.Empty(found.Faults.Concat<object>(found.Notes));
            var note = (await _folder.ReadAsync())[3];
            Assert.Equal((AuditAction.Store, "box"), (note.Action, note.Who));
            Assert.Contains($"{length - log.Length} bytes of an unfinished entry", note.Details["found"], StringComparison.Ordinal);
            Assert.Equal(HealthState.Ok, _folder.StoreHealth!.State);
        }
    }

    [Fact]
    public async Task A_power_cut_between_an_entry_and_its_head_costs_nothing()
    {
        await _folder.WithAsync(3);
        var head = await File.ReadAllBytesAsync(_folder.Head);
        await _folder.WithAsync(1);
        await File.WriteAllBytesAsync(_folder.Head, head);
        Assert.Empty((await _folder.VerifyAsync()).Faults);
        await _folder.WithAsync(1);
        Assert.Empty((await _folder.VerifyAsync()).Faults);
        Assert.Equal([1L, 2, 3, 4, 5], (await _folder.ReadAsync()).Select(e => e.Sequence));
    }

    [Fact]
    public async Task A_log_that_was_cut_is_written_on_but_never_verifies_again()
    {
        await _folder.WithAsync(5);
        var lines = await File.ReadAllLinesAsync(_folder.Log);
        await File.WriteAllTextAsync(_folder.Log, string.Concat(lines[..3].Select(l => l + "\n")));
        await _folder.WithAsync(2);

        Assert.Equal([1L, 2, 3, 6, 7, 8], (await _folder.ReadAsync()).Select(e => e.Sequence));
        var fault = Assert.Single((await _folder.VerifyAsync()).Faults, f => f.Found == "entry 6");
        Assert.Equal(4, fault.Line);
        Assert.Equal(HealthState.Warning, _folder.StoreHealth!.State);
        Assert.Contains("it ends with entry 3, but audit.head says that entry 5 was the last", _folder.StoreHealth!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".jsonl", 100, false)]
    [InlineData(".jsonl", 0, false)]
    [InlineData(".head", 10, false)]
    [InlineData(".jsonl", long.MaxValue, true)]
    [InlineData(".head", long.MaxValue, true)]
    public async Task What_the_disk_refuses_is_refused_with_the_reason_until_there_is_room(string file, long budget, bool failFlush)
    {
        await _folder.WithAsync(2);
        (_folder.Disk.Suffix, _folder.Disk.Budget, _folder.Disk.FailFlush) = (file, budget, failFlush);
        var audit = _folder.Open();
        var fault = await Assert.ThrowsAsync<StoreFaultException>(() => audit.AppendAsync(AuditFolder.Event(AuditAction.Case, "C-1"), CancellationToken.None));
        Assert.Contains("audit.jsonl cannot be written", fault.Message, StringComparison.Ordinal);
        Assert.Contains("What is not audited is not done", fault.Message, StringComparison.Ordinal);
        Assert.Equal(HealthState.Failed, _folder.StoreHealth!.State);

        (_folder.Disk.Budget, _folder.Disk.FailFlush) = (long.MaxValue, false);
        await audit.AppendAsync(AuditFolder.Event(AuditAction.Case, "C-2"), CancellationToken.None);
        var entries = await _folder.ReadAsync();
        var refused = entries.SingleOrDefault(e => e.Subject == "C-1");
        Assert.Equal("C-2", entries[^1].Subject);
        Assert.True(refused is null || entries[^2].Details["found"].StartsWith("the deed of entry 3 was refused", StringComparison.Ordinal));
        Assert.Equal(file == ".head", refused is not null);
        Assert.Empty((await _folder.VerifyAsync()).Faults);
        Assert.Equal(HealthState.Ok, _folder.StoreHealth!.State);
    }

    [Fact]
    public async Task Each_operation_of_the_disk_may_fail_and_what_was_acknowledged_is_there_in_one_chain()
    {
        await _folder.WithAsync(1);
        var acknowledged = new List<string>();
        foreach (var fault in Enum.GetValues<DiskFault>())
        {
            for (var n = 0; n < 8; n++)
            {
                var audit = _folder.Open();
                _folder.Disk.FailAt(_folder.Disk.Operations + n, fault, persistent: false);
                foreach (var subject in new[] { $"{fault} {n}", $"{fault} {n} again" })
                {
                    try
                    {
                        await audit.AppendAsync(AuditFolder.Event(AuditAction.Case, subject), CancellationToken.None);
                        acknowledged.Add(subject);
                    }
                    catch (StoreFaultException)
                    {
                        // Refused: it may be there, but then the next entry says so.
                    }
                }

                _folder.Disk.Mend();
                await audit.AppendAsync(AuditFolder.Event(AuditAction.Case, "next"), CancellationToken.None);
                Assert.Empty((await _folder.VerifyAsync()).Faults);
            }
        }

        var subjects = (await _folder.ReadAsync()).Select(e => e.Subject).ToHashSet(StringComparer.Ordinal);
        Assert.All(acknowledged, a => Assert.Contains(a, subjects));
        Assert.True(acknowledged.Count < 2 * 8 * Enum.GetValues<DiskFault>().Length, "no fault was met");
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_refuses_the_deed()
    {
        using var audit = new AuditFile("/proc/nowhere", AuditFolder.Boot, TimeProvider.System, _folder.Health, Microsoft.Extensions.Logging.Abstractions.NullLogger<AuditFile>.Instance);
        var fault = await Assert.ThrowsAsync<StoreFaultException>(() => audit.AppendAsync(AuditFolder.Event(AuditAction.Case, "C-1"), CancellationToken.None));
        Assert.Contains("/proc/nowhere/audit.jsonl", fault.Message, StringComparison.Ordinal);
    }
}
