using System.Text.Json;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Core.Publish;

/// <summary>
/// Makes the messages of the MQTT contract from what happened. Payloads are final: how late a message is sent stands in the
/// user properties that the publisher adds (<see cref="UserPropertyNames"/>), never in the payload.
/// </summary>
public sealed class MessageComposer
{
    /// <summary>Version that every payload carries in <c>schemaVersion</c>.</summary>
    public const int SchemaVersion = 1;

    /// <summary>MIME type of the JSON messages.</summary>
    public const string JsonContentType = "application/json";

    private readonly ApplianceIdentity _identity;
    private readonly UlidGenerator _ids;
    private readonly TimeProvider _time;

    /// <summary>Makes a composer.</summary>
    /// <param name="identity">Who the box is.</param>
    /// <param name="ids">Source of message ids.</param>
    /// <param name="time">Source of the time.</param>
    public MessageComposer(ApplianceIdentity identity, UlidGenerator ids, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(time);
        _identity = identity;
        _ids = ids;
        _time = time;
    }

    /// <summary>Messages of one cube: alert transitions, result, ledger and overlay, in this order.</summary>
    /// <param name="result">The result.</param>
    /// <param name="transitions">Alert changes that it caused.</param>
    /// <param name="overlayPng">Overlay as PNG bytes; empty when none was drawn, then there is no overlay message.</param>
    public IReadOnlyList<OutboxMessage> ForResult(CaptureResult result, IReadOnlyList<AlertTransition> transitions, byte[] overlayPng)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(transitions);
        ArgumentNullException.ThrowIfNull(overlayPng);
        var messages = new List<OutboxMessage>();
        AddTransitions(messages, transitions, result.Synthetic);
        messages.Add(Json("result", ComposeResult(result), retain: false, MessagePriority.Normal));
        messages.Add(Json("ledger", ComposeLedger(result), retain: false, MessagePriority.Normal));
        if (overlayPng.Length > 0)
        {
            messages.Add(Make(
                "overlay", overlayPng, "image/png", retain: true, MessagePriority.Low,
                new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [UserPropertyNames.Result] = result.Id,
                    [UserPropertyNames.Synthetic] = result.Synthetic ? "true" : "false",
                    [UserPropertyNames.Notice] = result.Notice,
                }));
        }

        return messages;
    }

    /// <summary>The message of a trigger that was let in and gave no result.</summary>
    /// <param name="captureId">ULID of the capture.</param>
    /// <param name="trigger">The trigger.</param>
    /// <param name="outcome">Its verdict and reason.</param>
    /// <param name="figures">What became of its pulses.</param>
    /// <param name="synthetic">Whether the camera is a simulation.</param>
    public OutboxMessage ForLostCapture(string captureId, TriggerEvent trigger, TriggerOutcome outcome, LedgerSummary figures, bool synthetic)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentNullException.ThrowIfNull(figures);
        return Json("ledger", ComposeLost(captureId, trigger, outcome.Verdict, outcome.Reason, 1, figures, synthetic), retain: false, MessagePriority.Normal);
    }

    /// <summary>The message of triggers refused before any pulse.</summary>
    /// <param name="captureId">ULID for the message's <c>captureId</c>.</param>
    /// <param name="last">The last of them.</param>
    /// <param name="reason">Why it was refused.</param>
    /// <param name="count">How many.</param>
    /// <param name="synthetic">Whether the camera is a simulation.</param>
    public OutboxMessage ForRefusals(string captureId, TriggerEvent last, string reason, long count, bool synthetic)
    {
        ArgumentNullException.ThrowIfNull(last);
        return Json(
            "ledger", ComposeLost(captureId, last, TriggerVerdict.Refused, reason, count, LedgerSummary.None, synthetic), retain: false, MessagePriority.Normal);
    }

    /// <summary>Messages of alert transitions that no cube caused (acknowledged, case ended).</summary>
    /// <param name="transitions">The changes.</param>
    public IReadOnlyList<OutboxMessage> ForTransitions(IReadOnlyList<AlertTransition> transitions)
    {
        ArgumentNullException.ThrowIfNull(transitions);
        var messages = new List<OutboxMessage>();
        AddTransitions(messages, transitions, synthetic: null);
        return messages;
    }

    /// <summary>An open alert stated again after a reconnect, so that a broker that forgot it has it retained.</summary>
    /// <param name="alert">The open alert.</param>
    public OutboxMessage ForOpenAlert(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return Json(
            "alert/" + alert.Id, ComposeAlert(kind: null, before: null, alert, "stated again: still open", synthetic: null), retain: true, MessagePriority.High);
    }

    /// <summary>The latest result and the open alerts in one retained message.</summary>
    /// <param name="latest">The latest result; null when there is none.</param>
    /// <param name="openAlerts">Every open alert.</param>
    public OutboxMessage ForSummary(CaptureResult? latest, IReadOnlyList<Alert> openAlerts)
    {
        ArgumentNullException.ThrowIfNull(openAlerts);
        var payload = new SummaryMessage(
            SchemaVersion, _identity.Site, _identity.Cart, _identity.BootId, latest?.Id, latest?.CapturedUtc, latest?.CaseId, latest?.Findings.Count, latest?.AlertsInhibited,
            latest?.Synthetic, openAlerts.Count, openAlerts.Count(a => a.State == AlertState.Raised), CaptureResult.ResearchUseOnly);
        return Json("summary", payload, retain: true, MessagePriority.Low);
    }

    /// <summary>The status of the whole box.</summary>
    /// <param name="state">Its state.</param>
    /// <param name="reasons">Why, when not online.</param>
    /// <param name="session">Durable count of connections.</param>
    /// <param name="versions">What is active.</param>
    public StatusMessage ComposeStatus(ApplianceState state, IReadOnlyList<string> reasons, long session, ActiveVersions versions)
    {
        ArgumentNullException.ThrowIfNull(versions);
        return new StatusMessage(
            SchemaVersion, _identity.Site, _identity.Cart, _identity.BootId, session, state, reasons, _time.GetUtcNow(),
            _identity.SoftwareVersion, versions.Model, versions.CalibrationId, Audit: versions.Audit);
    }

    /// <summary>The status of one component.</summary>
    /// <param name="item">What the health board says.</param>
    public HealthMessage ComposeHealth(HealthItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return new HealthMessage(
            SchemaVersion, _identity.Site, _identity.Cart, _identity.BootId, item.Component, item.State, item.Reason, item.SinceUtc);
    }

    private static AlertSeverity SeverityOf(Alert alert) => alert.State switch
    {
        AlertState.Raised => AlertSeverity.Warning,
        AlertState.Acknowledged => AlertSeverity.Notice,
        _ => AlertSeverity.Information,
    };

    private void AddTransitions(List<OutboxMessage> messages, IReadOnlyList<AlertTransition> transitions, bool? synthetic)
    {
        foreach (var transition in transitions)
        {
            var topic = "alert/" + transition.After.Id;
            var ended = transition.After.State == AlertState.Ended;
            var payload = ComposeAlert(transition.Kind, transition.Before, transition.After, transition.Reason, synthetic);
            messages.Add(Json(topic, payload, retain: !ended, MessagePriority.High));
            if (ended)
            {
                // An empty retained message removes what the broker keeps for the topic (MQTT 5, 3.3.1.3).
                messages.Add(Make(topic, [], JsonContentType, retain: true, MessagePriority.High, properties: null));
            }
        }
    }

    private AlertMessage ComposeAlert(AlertTransitionKind? kind, Alert? before, Alert after, string reason, bool? synthetic)
    {
        var askable = after.State == AlertState.Raised;
        return new AlertMessage(
            SchemaVersion, _identity.Site, _identity.Cart, _identity.BootId, after.Id, kind, SeverityOf(after), reason, after.LastSeenUtc, before, after,
            askable ? _identity.TopicPrefix + "command/" + CommandVerbs.Acknowledge : null,
            askable ? new AcknowledgeRequest(after.Id, string.Empty) : null,
            CaptureResult.ResearchUseOnly)
        { Synthetic = synthetic };
    }

    private ResultMessage ComposeResult(CaptureResult r) => new(
        SchemaVersion, _identity.Site, _identity.Cart, _identity.BootId, r.Id, r.Sequence, r.CaseId, r.CapturedUtc, r.Cause,
        Path.GetFileName(r.Origin), r.Camera, r.Model, r.CalibrationId, r.Synthetic, r.Lines, r.Samples, r.Bands, r.PixelPitchMillimetres, r.Pixels,
        r.ClassPixels, r.Flags, r.DriftReasons, r.SensorTemperatureCelsius, r.AlertsInhibited, r.Findings, r.Timing, r.Notice);

    private LedgerMessage ComposeLost(
        string captureId, TriggerEvent trigger, TriggerVerdict verdict, string? reason, long count, LedgerSummary figures, bool synthetic) => new(
        SchemaVersion, _identity.Site, _identity.Cart, _identity.BootId, captureId, ResultId: null, verdict, reason, count, trigger.Sequence, trigger.Utc,
        figures.Sent, figures.Paired, figures.Late, figures.Missed, figures.Spurious, synthetic, CaptureResult.ResearchUseOnly);

    private LedgerMessage ComposeLedger(CaptureResult r) => new(
        SchemaVersion, _identity.Site, _identity.Cart, _identity.BootId, r.Id, r.Id, TriggerVerdict.Captured, Reason: null, Count: 1, r.Sequence, r.CapturedUtc,
        r.Ledger.Sent, r.Ledger.Paired, r.Ledger.Late, r.Ledger.Missed, r.Ledger.Spurious, r.Synthetic, r.Notice);

    private OutboxMessage Json<T>(string topic, T payload, bool retain, MessagePriority priority) =>
        Make(topic, JsonSerializer.SerializeToUtf8Bytes(payload, HsiEdgeJson.Compact), JsonContentType, retain, priority, properties: null);

    private OutboxMessage Make(
        string topic, byte[] payload, string contentType, bool retain, MessagePriority priority, Dictionary<string, string>? properties) => new()
        {
            Id = _ids.Next(),
            Topic = topic,
            Payload = payload,
            ContentType = contentType,
            Retain = retain,
            Priority = priority,
            CreatedUtc = _time.GetUtcNow(),
            UserProperties = properties ?? [],
        };
}
