using System.Text;
using HsiEdge.Appliance.Publish;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Pipeline;

public sealed class CommandHandlerTests
{
    [Fact]
    public async Task Capture_answers_with_the_durable_result()
    {
        await using var rig = await new PipelineRig().StartAsync();
        var answer = await SendAsync(rig, "capture");
        Assert.True(answer.Ok, answer.Error);
        var data = Assert.IsType<CaptureAnswer>(answer.Data);
        Assert.Equal((1L, Assert.Single(rig.Store.Records).Result.Id), (data.Sequence, data.ResultId));
    }

    [Fact]
    public async Task A_capture_that_came_to_nothing_says_why()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Camera.ThenThrow(new CameraFaultException("no frame within 100 ms"));
        var answer = await SendAsync(rig, "capture");
        Assert.False(answer.Ok);
        Assert.Contains("no frame within 100 ms", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Acknowledge_changes_the_alert_once()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Camera.ThenLesion();
        rig.Camera.ThenLesion();
        await rig.CaptureAsync();
        await rig.CaptureAsync();
        var id = Assert.Single(rig.Book.OpenAlerts).Id;
        var answer = await SendAsync(rig, "acknowledge", $$"""{"alertId": "{{id}}", "by": "nurse"}""");
        Assert.Equal(AlertState.Acknowledged, Assert.IsType<Alert>(answer.Data).State);
        Assert.False((await SendAsync(rig, "acknowledge", $$"""{"alertId": "{{id}}", "by": "nurse"}""")).Ok);
    }

    [Fact]
    public async Task A_case_is_set_and_ended()
    {
        await using var rig = await new PipelineRig().StartAsync();
        Assert.True((await SendAsync(rig, "set-case", """{"caseId": "CASE-1"}""")).Ok);
        Assert.Equal("CASE-1", rig.Book.CaseId);
        Assert.True((await SendAsync(rig, "end-case")).Ok);
        Assert.Null(rig.Book.CaseId);
    }

    [Theory]
    [InlineData("capture", """{"schemaVersion": 1}""", null)]
    [InlineData("set-case", """{"schemaVersion": 1, "caseId": "CASE-2"}""", null)]
    [InlineData("set-case", """{"schemaVersion": 2, "caseId": "CASE-2"}""", "schemaVersion is 2")]
    [InlineData("capture", """{"fast": true}""", "no member 'fast'")]
    [InlineData("capture", "[]", "no object")]
    [InlineData("capture", """{"a": 1, "a": 2}""", "payload cannot be read")]
    [InlineData("capture", "{", "payload cannot be read")]
    [InlineData("acknowledge", "{\"alertId\": \"\\ud800\", \"by\": \"x\"}", "payload cannot be read")]
    [InlineData("set-case", "{\"caseId\": \"\\udc00\"}", "payload cannot be read")]
    [InlineData("capture", "{\"\\ud800\": 1}", "payload cannot be read")]
    public async Task A_payload_may_state_its_schema_version_and_nothing_unknown(string verb, string payload, string? error)
    {
        await using var rig = await new PipelineRig().StartAsync();
        var answer = await SendAsync(rig, verb, payload);
        Assert.Equal(error is null, answer.Ok);
        Assert.Contains(error ?? "", answer.Error ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("HsiEdge.", answer.Error ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_gives_the_newest_results_up_to_the_limit()
    {
        await using var rig = await new PipelineRig().StartAsync();
        await rig.CaptureAsync();
        await rig.CaptureAsync();
        var answer = await SendAsync(rig, "query-results", """{"limit": 1}""");
        Assert.Equal(2, Assert.Single(Assert.IsAssignableFrom<IReadOnlyList<CaptureResult>>(answer.Data)).Sequence);
    }

    [Theory]
    [InlineData("fly", "{}", "capture, acknowledge, set-case")]
    [InlineData("reference-dark", "", "not available in this version")]
    [InlineData("reference-white", "", "not available in this version")]
    [InlineData("install-model", "", "not available in this version")]
    [InlineData("acknowledge", "", "alertId")]
    [InlineData("acknowledge", """{"alertId": "7", "by": "nurse"}""", "ULID")]
    [InlineData("acknowledge", """{"alertId": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "by": " "}""", "by is ' '")]
    [InlineData("acknowledge", """{"alertId": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "by": "nurse"}""", "not open")]
    [InlineData("set-case", "{}", "caseId")]
    [InlineData("set-case", """{"caseId": "Jane Doe"}""", "pseudonym")]
    [InlineData("set-case", """{"caseId": ""}""", "pseudonym")]
    [InlineData("set-case", """{"caseId": "CASE-1", "name": "x"}""", "name")]
    [InlineData("query-results", """{"limit": 0}""", "1 to 100")]
    [InlineData("query-results", """{"limit": "many"}""", "query-results")]
    [InlineData("query-results", """{"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}""", "not before")]
    [InlineData("capture", "[", "capture")]
    [InlineData("capture", "null", "capture")]
    [InlineData("capture", """{"surprise": 1}""", "surprise")]
    public async Task What_the_sender_did_wrong_is_answered(string verb, string payload, string part)
    {
        await using var rig = await new PipelineRig().StartAsync();
        var answer = await SendAsync(rig, verb, payload);
        Assert.False(answer.Ok);
        Assert.Contains(part, answer.Error, StringComparison.Ordinal);
        Assert.Empty(rig.Store.Records);
    }

    [Fact]
    public async Task A_store_that_fails_is_answered()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Store.Faults.Enqueue(new StoreFaultException("disk full"));
        var answer = await SendAsync(rig, "set-case", """{"caseId": "CASE-1"}""");
        Assert.Equal((false, "disk full"), (answer.Ok, answer.Error));
        Assert.Null(rig.Book.CaseId);
    }

    private static async Task<CommandAnswer> SendAsync(PipelineRig rig, string verb, string payload = "")
    {
        var handler = new CommandHandler(rig.Desk, rig.Book, rig.Store, new FakeAuditLog(), NullLogger<CommandHandler>.Instance);
        return await handler.HandleAsync(verb, Encoding.UTF8.GetBytes(payload), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
    }
}
