using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Publish;

/// <summary>Carries out the commands of the MQTT contract. What the sender did wrong is answered, never thrown.</summary>
public sealed partial class CommandHandler : ICommandHandler
{
    private const int LongestName = 64;

    /// <summary>MQTT does not tell who sent a command.</summary>
    private const string CommandSender = "command over MQTT";
    private static readonly string[] Known =
        ["capture", "acknowledge", "set-case", "end-case", "query-results", "reference-dark", "reference-white", "install-model"];

    private readonly ITriggerSink _triggers;
    private readonly CaseBook _book;
    private readonly IResultStore _store;
    private readonly IAuditLog _audit;
    private readonly ILogger<CommandHandler> _log;
    private readonly Func<bool, int?, CancellationToken, Task<ReferenceAnswer>>? _takeReference;

    /// <summary>Makes a handler.</summary>
    /// <param name="triggers">Takes captures.</param>
    /// <param name="book">The case and its alerts.</param>
    /// <param name="store">Results to query.</param>
    /// <param name="audit">Receives who acknowledged, and cases, before they are done.</param>
    /// <param name="log">Receives each command.</param>
    /// <param name="takeReference">Takes a white (true) or dark reference, averaging so many captures; null where none can be taken.</param>
    public CommandHandler(ITriggerSink triggers, CaseBook book, IResultStore store, IAuditLog audit, ILogger<CommandHandler> log, Func<bool, int?, CancellationToken, Task<ReferenceAnswer>>? takeReference = null)
    {
        _triggers = triggers;
        _book = book;
        _store = store;
        _audit = audit;
        _log = log;
        _takeReference = takeReference;
    }

    /// <inheritdoc/>
    public async Task<CommandAnswer> HandleAsync(string verb, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var answer = await AnswerAsync(verb, payload, cancellationToken);
        if (answer.Ok)
        {
            LogDone(_log, verb);
        }
        else
        {
            LogRefused(_log, verb, answer.Error!);
        }

        return answer;
    }

    private async Task<CommandAnswer> AnswerAsync(string verb, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        try
        {
            return verb switch
            {
                "capture" => await CaptureAsync(Parse<EmptyRequest>(verb, payload, "{}"), cancellationToken),
                "acknowledge" => await AcknowledgeAsync(Parse<AcknowledgeRequest>(verb, payload, """{"alertId": "ULID of the alert", "by": "who"}"""), cancellationToken),
                "set-case" => await SetCaseAsync(Parse<SetCaseRequest>(verb, payload, """{"caseId": "CASE-1"}"""), cancellationToken),
                "end-case" => await EndCaseAsync(Parse<EmptyRequest>(verb, payload, "{}"), cancellationToken),
                "query-results" => await QueryAsync(Parse<QueryResultsRequest>(verb, payload, """{"limit": 20, "from": "2026-01-31T08:00:00Z", "to": "2026-02-01T00:00:00Z"}"""), cancellationToken),
                "reference-dark" or "reference-white" when _takeReference is not null => CommandAnswer.Done(verb, await _takeReference(
                    verb == "reference-white", Parse<ReferenceRequest>(verb, payload, """{"averages": 8}""").Averages, cancellationToken)),
                "reference-dark" or "reference-white" or "install-model" => CommandAnswer.Refused(verb, $"{verb} is not available in this version of the software."),
                _ => CommandAnswer.Refused(verb, $"Unknown command '{verb}'; expected one of {string.Join(", ", Known)}."),
            };
        }
        catch (BadInputException e)
        {
            return CommandAnswer.Refused(verb, e.Message);
        }
        catch (Exception e) when (e is StoreFaultException or CameraFaultException or PinFaultException or InterlockOpenException)
        {
            return CommandAnswer.Refused(verb, e.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return CommandAnswer.Refused(verb, "The box is stopping; send the command again when its status is online.");
        }
    }

    private async Task<CommandAnswer> CaptureAsync(EmptyRequest request, CancellationToken cancellationToken)
    {
        _ = request;
        var receipt = _triggers.Post(TriggerCause.Command);
        var outcome = await receipt.Completion.WaitAsync(cancellationToken);
        return outcome.Verdict == TriggerVerdict.Captured
            ? CommandAnswer.Done("capture", new CaptureAnswer(receipt.Event.Sequence, outcome.ResultId!))
            : CommandAnswer.Refused("capture", $"Trigger {receipt.Event.Sequence} was {(outcome.Verdict == TriggerVerdict.Refused ? "refused" : "missed")}: {outcome.Reason}");
    }

    private async Task<CommandAnswer> AcknowledgeAsync(AcknowledgeRequest request, CancellationToken cancellationToken)
    {
        if (!UlidGenerator.IsUlid(request.AlertId))
        {
            throw new BadInputException($"command/acknowledge: alertId is '{request.AlertId}'; expected the 26 characters of a ULID, as in the topic alert/<id>.");
        }

        if (string.IsNullOrWhiteSpace(request.By) || request.By.Length > LongestName || request.By.Any(char.IsControl))
        {
            throw new BadInputException($"command/acknowledge: by is '{request.By}'; expected 1 to {LongestName} printable characters that say who acknowledges.");
        }

        var refused = CommandAnswer.Refused("acknowledge", $"Alert {request.AlertId} is not open, or is acknowledged already.");
        if (!_book.OpenAlerts.Any(a => a.Id == request.AlertId && a.AcknowledgedBy is null))
        {
            return refused;
        }

        var transition = await AuditedAsync(
            new AuditEvent(AuditAction.Acknowledge, request.By, request.AlertId), () => _book.AcknowledgeAsync(request.AlertId, request.By, cancellationToken), cancellationToken);
        return transition is null
            ? refused
            : CommandAnswer.Done("acknowledge", transition.After);
    }

    private async Task<CommandAnswer> SetCaseAsync(SetCaseRequest request, CancellationToken cancellationToken)
    {
        if (!CasePattern().IsMatch(request.CaseId))
        {
            throw new BadInputException(
                $"command/set-case: caseId is '{request.CaseId}'; expected 1 to 32 letters, digits or '-': a pseudonym, never a patient's name, number or date of birth.");
        }

        var ended = request.CaseId == _book.CaseId
            ? []
            : await AuditedAsync(CaseEvent("begins", request.CaseId), () => _book.SetCaseAsync(request.CaseId, cancellationToken), cancellationToken);
        return CommandAnswer.Done("set-case", new CaseAnswer(request.CaseId, [.. ended.Select(t => t.After.Id)]));
    }

    private async Task<CommandAnswer> EndCaseAsync(EmptyRequest request, CancellationToken cancellationToken)
    {
        _ = request;
        var ended = _book.CaseId is not { } caseId
            ? await _book.EndCaseAsync(cancellationToken)
            : await AuditedAsync(CaseEvent("ends", caseId), () => _book.EndCaseAsync(cancellationToken), cancellationToken);
        return CommandAnswer.Done("end-case", new CaseAnswer(null, [.. ended.Select(t => t.After.Id)]));
    }

    private async Task<CommandAnswer> QueryAsync(QueryResultsRequest request, CancellationToken cancellationToken)
    {
        var limit = request.Limit ?? 20;
        if (limit is < 1 or > 100)
        {
            throw new BadInputException($"command/query-results: limit is {limit}; expected 1 to 100.");
        }

        if (request.From >= request.To)
        {
            throw new BadInputException($"command/query-results: from {request.From:O} is not before to {request.To:O}.");
        }

        return CommandAnswer.Done("query-results", await _store.ListAsync(new ResultQuery(limit, request.From, request.To), cancellationToken));
    }

    private AuditEvent CaseEvent(string change, string caseId)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal) { ["change"] = change };
        if (_book.CaseId is { } before && before != caseId)
        {
            details["ends"] = before;
        }

        return new AuditEvent(AuditAction.Case, CommandSender, caseId, details);
    }

    /// <summary>The entry first, then the deed; a deed that then could not be done has an entry that says so.</summary>
    private async Task<T> AuditedAsync<T>(AuditEvent entry, Func<Task<T>> deed, CancellationToken cancellationToken)
    {
        await _audit.AppendAsync(entry, cancellationToken);
        try
        {
            return await deed();
        }
        catch (StoreFaultException e)
        {
            try
            {
                await _audit.AppendAsync(entry with { Details = new Dictionary<string, string>(entry.Details, StringComparer.Ordinal) { ["failed"] = e.Message } }, CancellationToken.None);
            }
            catch (StoreFaultException unwritten)
            {
                LogNotAudited(_log, entry.Action, entry.Subject, unwritten.Message);
            }

            throw;
        }
    }

    private static T Parse<T>(string verb, ReadOnlyMemory<byte> payload, string example)
        where T : class
    {
        try
        {
            var strict = new JsonDocumentOptions { AllowDuplicateProperties = false };
            var members = JsonNode.Parse(payload.IsEmpty ? "{}"u8 : payload.Span, documentOptions: strict) as JsonObject ?? throw new JsonException("It is no object.");
            if (members.Remove("schemaVersion", out var version) && version?.ToJsonString() != "1")
            {
                throw new JsonException($"schemaVersion is {version?.ToJsonString() ?? "null"}; this software reads 1.");
            }

            var known = typeof(T).GetProperties().Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).ToHashSet(StringComparer.Ordinal);
            if (members.Select(m => m.Key).FirstOrDefault(key => !known.Contains(key)) is { } unknown)
            {
                throw new JsonException($"It has no member '{unknown}'.");
            }

            return members.Deserialize<T>(HsiEdgeJson.Strict) ?? throw new JsonException("It is null.");
        }
        // The latter at a text that has half a character (\ud800): the parser finds it only when the text is asked for.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new BadInputException($"command/{verb}: the payload cannot be read: {e.Message} Expected JSON such as {example}.", e);
        }
    }

    [GeneratedRegex("^[A-Za-z0-9-]{1,32}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex CasePattern();

    [LoggerMessage(7101, LogLevel.Information, "Command {Verb} carried out")]
    private static partial void LogDone(ILogger log, string verb);

    [LoggerMessage(7103, LogLevel.Error, "{Action} of {Subject} failed after it was audited, and that could not be audited: {Reason}")]
    private static partial void LogNotAudited(ILogger log, AuditAction action, string subject, string reason);

    [LoggerMessage(7102, LogLevel.Warning, "Command {Verb} not carried out: {Error}")]
    private static partial void LogRefused(ILogger log, string verb, string error);
}
