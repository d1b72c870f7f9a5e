using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using HsiEdge.Testing;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Publish;

public sealed partial class MessageComposerTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private readonly SampleRecords _samples;

    public MessageComposerTests() => _samples = new SampleRecords(_time);

    [Fact]
    public async Task Every_message_of_a_cube_fits_its_published_schema()
    {
        var raised = _samples.Raise();
        var updated = new AlertTransition(AlertTransitionKind.Updated, raised.After, raised.After with { MissedCubes = 1 }, "grew");
        var acknowledged = new AlertTransition(
            AlertTransitionKind.Acknowledged, raised.After, raised.After with { State = AlertState.Acknowledged, AcknowledgedBy = "endoscopist" }, "acknowledged");
        var messages = _samples.Next(transitions: [raised, updated, acknowledged, SampleRecords.End(raised.After)]).Messages;
        Assert.Equal(5, messages.Count(m => m.Topic == "alert/" + raised.After.Id));
        foreach (var message in messages.Where(m => m is { ContentType: "application/json", Payload.Length: > 0 }))
        {
            await MessageSchemas.RequireValidAsync(message.Topic.Split('/')[0] + "-message", message.Payload);
        }

        await MessageSchemas.RequireValidAsync("alert-message", _samples.Composer.ForOpenAlert(raised.After).Payload);
    }

    [Fact]
    public async Task Refused_and_missed_triggers_have_a_ledger_message_that_fits_its_schema()
    {
        var trigger = new TriggerEvent(7, 0, _time.GetUtcNow(), TriggerCause.Footswitch);
        var missed = _samples.Composer.ForLostCapture(
            _samples.Identity.BootId, trigger, new TriggerOutcome(TriggerVerdict.Missed, "the camera went away", null), new LedgerSummary(5, 2, 1, 2, 3), synthetic: false);
        var refused = _samples.Composer.ForRefusals(_samples.Identity.BootId, trigger, "busy", 40, synthetic: true);
        await MessageSchemas.RequireValidAsync("ledger-message", missed.Payload);
        await MessageSchemas.RequireValidAsync("ledger-message", refused.Payload);
        var (one, many) = (JsonNode.Parse(missed.Payload)!, JsonNode.Parse(refused.Payload)!);
        Assert.Equal(("missed", "the camera went away", 1, 5), ((string?)one["verdict"], (string?)one["reason"], (int)one["count"]!, (int)one["sent"]!));
        Assert.False(one.AsObject().ContainsKey("resultId"));
        Assert.Equal(("refused", "busy", 40, 0), ((string?)many["verdict"], (string?)many["reason"], (int)many["count"]!, (int)many["sent"]!));
        Assert.Equal((false, true), ((bool)one["synthetic"]!, (bool)many["synthetic"]!));
    }

    [Fact]
    public async Task A_result_without_the_optional_members_fits_too()
    {
        var record = _samples.Next(caseId: null, findings: false);
        var bare = record.Result with { CalibrationId = null, PixelPitchMillimetres = null, Flags = HsiEdge.Core.Calibrate.CalibrationFlags.None };
        await MessageSchemas.RequireValidAsync("result-message", _samples.Composer.ForResult(bare, [], []).Single(m => m.Topic == "result").Payload);
    }

    [Theory]
    [InlineData(ApplianceState.Online)]
    [InlineData(ApplianceState.Degraded)]
    [InlineData(ApplianceState.Offline)]
    public async Task Status_health_and_answers_fit_their_schemas(ApplianceState state)
    {
        var versions = state == ApplianceState.Online ? new ActiveVersions(new ModelIdentity("m", "1.0.0", new string('0', 64), true), "cal") : ActiveVersions.None;
        await RequireAsync("status-message", _samples.Composer.ComposeStatus(state, state == ApplianceState.Online ? [] : ["camera: gone"], 3, versions));
        await RequireAsync("health-message", _samples.Composer.ComposeHealth(new HealthItem("camera", HealthState.Warning, "slow", _time.GetUtcNow())));
        await RequireAsync("command-answer", CommandAnswer.Done("capture", new { sequence = 1 }));
        await RequireAsync("command-answer", CommandAnswer.Refused("dance", "unknown"));
    }

    [Fact]
    public async Task A_schema_refuses_a_message_with_a_wrong_member()
    {
        var json = JsonNode.Parse(_samples.Next().Messages.Single(m => m.Topic == "result").Payload)!.AsObject();
        json["notice"] = "Diagnosis";
        Assert.NotEmpty(await MessageSchemas.ErrorsAsync("result-message", json.ToJsonString()));
        json["notice"] = CaptureResult.ResearchUseOnly;
        Assert.Empty(await MessageSchemas.ErrorsAsync("result-message", json.ToJsonString()));
        json.Remove("synthetic");
        Assert.NotEmpty(await MessageSchemas.ErrorsAsync("result-message", json.ToJsonString()));
    }

    [Fact]
    public void Messages_have_the_retention_priority_and_order_of_the_contract()
    {
        var raised = _samples.Raise();
        var messages = _samples.Next(transitions: [raised, SampleRecords.End(raised.After)]).Messages;
        var alert = "alert/" + raised.After.Id;
        Assert.Equal(
            [(alert, true, MessagePriority.High), (alert, false, MessagePriority.High), (alert, true, MessagePriority.High), ("result", false, MessagePriority.Normal), ("ledger", false, MessagePriority.Normal), ("overlay", true, MessagePriority.Low)],
            messages.Select(m => (m.Topic, m.Retain, m.Priority)));
        Assert.Empty(messages[2].Payload);
        Assert.Equal(messages.Count, messages.Select(m => m.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.All(messages, m => Assert.True(UlidGenerator.IsUlid(m.Id)));
        Assert.Equal("image/png", messages[^1].ContentType);
        Assert.Equal("true", messages[^1].UserProperties[UserPropertyNames.Synthetic]);
    }

    [Fact]
    public void A_message_says_how_to_acknowledge_only_while_that_is_possible()
    {
        var raised = _samples.Raise();
        var open = JsonNode.Parse(_samples.Composer.ForTransitions([raised])[0].Payload)!;
        Assert.Equal("hsiedge/v1/lab/cart-7/command/acknowledge", (string?)open["acknowledgeTopic"]);
        Assert.Equal(raised.After.Id, (string?)open["acknowledgePayload"]!["alertId"]);
        Assert.Equal("warning", (string?)open["severity"]);
        var ended = JsonNode.Parse(_samples.Composer.ForTransitions([SampleRecords.End(raised.After)])[0].Payload)!;
        Assert.Null(ended["acknowledgeTopic"]);
        Assert.Equal("information", (string?)ended["severity"]);
    }

    [Fact]
    public void A_folder_on_the_cart_does_not_leave_it()
    {
        var text = Encoding.UTF8.GetString(_samples.Next().Messages.Single(m => m.Topic == "result").Payload);
        Assert.DoesNotContain("/plans/", text, StringComparison.Ordinal);
        Assert.Contains("\"origin\":\"gastric.json\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_read_back_as_the_records_they_were()
    {
        var message = JsonSerializer.Deserialize<ResultMessage>(_samples.Next(caseId: null).Messages.Single(m => m.Topic == "result").Payload, HsiEdgeJson.Compact)!;
        Assert.Null(message.CaseId);
        Assert.Equal("lesion", Assert.Single(message.Findings).ClassName);
    }

    [Fact]
    public void The_AsyncApi_names_every_topic_verb_and_schema_and_nothing_that_is_not_there()
    {
        var text = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "mqtt.asyncapi.yaml"));
        var topics = AddressPattern().Matches(text).Select(m => m.Groups[1].Value).Order().ToArray();
        Assert.Equal(["alert/{alertId}", "command/{verb}", "health/{component}", "ledger", "overlay", "result", "status", "summary"], topics);
        var verbs = VerbPattern().Match(text).Groups[1].Value.Split(", ").Order();
        Assert.Equal(CommandVerbs.All.Order(), verbs);
        var schemas = SchemaPattern().Matches(text).Select(m => m.Groups[1].Value).Distinct(StringComparer.Ordinal).Order().ToArray();
        Assert.Equal(
            Directory.GetFiles(MessageSchemas.Folder).Select(f => Path.GetFileName(f)!).Where(f => f.Contains("-message.", StringComparison.Ordinal) || f.StartsWith("command-", StringComparison.Ordinal)).Order(),
            schemas);
    }

    [Fact]
    public async Task The_summary_fits_its_schema_with_a_result_and_without_any()
    {
        var samples = new SampleRecords(TimeProvider.System);
        await MessageSchemas.RequireValidAsync("summary-message", samples.Composer.ForSummary(latest: null, []).Payload);
        await MessageSchemas.RequireValidAsync("summary-message", samples.Composer.ForSummary(samples.Next().Result, [samples.Raise().After]).Payload);
    }

    [Theory]
    [InlineData("capture", "{}", "{\"now\":true}")]
    [InlineData("end-case", "{\"schemaVersion\":1}", "{\"schemaVersion\":2}")]
    [InlineData("acknowledge", "{\"alertId\":\"01M86VQDK0NY8B7HM1M300216R\",\"by\":\"nurse\"}", "{\"alertId\":\"x\",\"by\":\"nurse\"}")]
    [InlineData("set-case", "{\"caseId\":\"CASE-1\"}", "{\"caseId\":\"John Doe\"}")]
    [InlineData("query-results", "{\"limit\":5,\"from\":\"2026-01-31T08:00:00Z\"}", "{\"limit\":101}")]
    [InlineData("reference-dark", "{\"averages\":8}", "{\"averages\":0}")]
    [InlineData("reference-white", "{}", "{\"average\":8}")]
    [InlineData("install-model", "{}", "[]")]
    public async Task Each_command_has_a_schema_of_what_it_takes(string verb, string good, string bad)
    {
        Assert.Empty(await MessageSchemas.ErrorsAsync("command-" + verb, good));
        Assert.NotEmpty(await MessageSchemas.ErrorsAsync("command-" + verb, bad));
    }

    private static Task RequireAsync<T>(string schema, T payload) => MessageSchemas.RequireValidAsync(schema, JsonSerializer.SerializeToUtf8Bytes(payload, HsiEdgeJson.Compact));

    [GeneratedRegex(@"address: hsiedge/v1/\{site\}/\{cart\}/(\S+)")]
    private static partial Regex AddressPattern();

    [GeneratedRegex(@"enum: \[(capture[^\]]*)\]")]
    private static partial Regex VerbPattern();

    [GeneratedRegex(@"\$ref: \./schemas/(\S+)")]
    private static partial Regex SchemaPattern();
}
