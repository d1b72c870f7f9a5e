using System.Text;
using HsiEdge.Appliance.Publish;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Pipeline;

/// <summary>What people do by command is audited before it is done.</summary>
public sealed class CommandAuditTests
{
    private readonly FakeAuditLog _audit = new();

    [Fact]
    public async Task Cases_and_acknowledgements_are_audited_and_what_changes_nothing_is_not()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Camera.ThenLesion();
        rig.Camera.ThenLesion();
        Assert.True((await SendAsync(rig, "set-case", """{"caseId": "CASE-1"}""")).Ok);
        Assert.True((await SendAsync(rig, "set-case", """{"caseId": "CASE-1"}""")).Ok);
        await rig.CaptureAsync();
        await rig.CaptureAsync();
        var id = Assert.Single(rig.Book.OpenAlerts).Id;
        Assert.True((await SendAsync(rig, "acknowledge", $$"""{"alertId": "{{id}}", "by": "nurse"}""")).Ok);
        Assert.False((await SendAsync(rig, "acknowledge", $$"""{"alertId": "{{id}}", "by": "nurse"}""")).Ok);
        Assert.True((await SendAsync(rig, "set-case", """{"caseId": "CASE-2"}""")).Ok);
        Assert.True((await SendAsync(rig, "end-case", "")).Ok);
        Assert.True((await SendAsync(rig, "end-case", "")).Ok);

        Assert.Equal(
            [
                (AuditAction.Case, "CASE-1", "begins", ""), (AuditAction.Acknowledge, id, "", ""), (AuditAction.Case, "CASE-2", "begins", "CASE-1"),
                (AuditAction.Case, "CASE-2", "ends", ""),
            ],
            _audit.Entries.Select(e => (e.Action, e.Subject, e.Details.GetValueOrDefault("change", ""), e.Details.GetValueOrDefault("ends", ""))));
        Assert.Equal("nurse", _audit.Entries[1].Who);
    }

    [Fact]
    public async Task What_cannot_be_audited_is_refused_with_the_reason_and_not_done()
    {
        await using var rig = await new PipelineRig().StartAsync();
        _audit.Faults.Enqueue(new StoreFaultException("the audit log cannot be written"));
        var answer = await SendAsync(rig, "set-case", """{"caseId": "CASE-1"}""");
        Assert.Equal((false, "the audit log cannot be written"), (answer.Ok, answer.Error));
        Assert.Null(rig.Book.CaseId);
    }

    [Fact]
    public async Task A_deed_that_fails_after_its_entry_has_one_that_says_so()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Store.Faults.Enqueue(new StoreFaultException("disk full"));
        Assert.False((await SendAsync(rig, "set-case", """{"caseId": "CASE-1"}""")).Ok);
        Assert.Equal([null, "disk full"], _audit.Entries.Select(e => e.Details.GetValueOrDefault("failed")));
    }

    private async Task<CommandAnswer> SendAsync(PipelineRig rig, string verb, string payload)
    {
        var handler = new CommandHandler(rig.Desk, rig.Book, rig.Store, _audit, NullLogger<CommandHandler>.Instance);
        return await handler.HandleAsync(verb, Encoding.UTF8.GetBytes(payload), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
    }
}
