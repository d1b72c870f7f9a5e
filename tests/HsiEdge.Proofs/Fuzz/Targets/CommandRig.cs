using HsiEdge.Appliance.Publish;
using HsiEdge.Core;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>The box's command handler over a real store with some results and an open alert; only the camera is missing: captures are refused at the door.</summary>
internal sealed class CommandRig : IAsyncDisposable, ITriggerSink
{
    private readonly string _folder;
    private readonly CaseBook _book;
    private readonly AuditFile _audit;
    private long _sequence;

    private CommandRig(string folder, LiteDbResultStore store, CaseBook book, HealthBoard health, SampleRecords samples, string alertId)
    {
        (_folder, Store, _book, Health, Samples, AlertId) = (folder, store, book, health, samples, alertId);
        _audit = new AuditFile(folder, samples.Identity.BootId, TimeProvider.System, health, NullLogger<AuditFile>.Instance);
        Handler = new CommandHandler(this, book, store, _audit, NullLogger<CommandHandler>.Instance, TakeReferenceAsync);
    }

    /// <summary>The store.</summary>
    public LiteDbResultStore Store { get; }

    /// <summary>Its health.</summary>
    public HealthBoard Health { get; }

    /// <summary>Who the box is.</summary>
    public SampleRecords Samples { get; }

    /// <summary>An open alert.</summary>
    public string AlertId { get; }

    /// <summary>The handler.</summary>
    public CommandHandler Handler { get; }

    /// <summary>Words of commands.</summary>
    public IReadOnlyList<string> Words =>
    [
        .. CommandVerbs.All, "schemaVersion", "alertId", "by", "caseId", "limit", "from", "to", "averages", AlertId, "CASE-1", "2026-01-31T08:00:00Z", "9999-12-31T23:59:59+14:00", "fly", "",
    ];

    /// <summary>Good payloads with their verbs.</summary>
    public IEnumerable<(string Verb, string Payload)> Good =>
    [
        ("capture", ""), ("capture", "{}"), ("acknowledge", $$"""{"alertId": "{{AlertId}}", "by": "nurse"}"""), ("set-case", """{"schemaVersion": 1, "caseId": "CASE-1"}"""), ("end-case", "{}"),
        ("query-results", """{"limit": 5, "from": "2026-01-31T08:00:00Z", "to": "2036-02-01T00:00:00Z"}"""), ("query-results", ""), ("reference-dark", """{"averages": 8}"""), ("reference-white", "{}"), ("install-model", "{}"),
    ];

    /// <summary>Makes one.</summary>
    public static async Task<CommandRig> MakeAsync()
    {
        var folder = ProductFiles.Scratch();
        var time = TimeProvider.System;
        var health = new HealthBoard(time);
        var store = await LiteDbResultStore.OpenAsync(new StoreOptions { DataFolder = folder }, health, time, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
        var samples = new SampleRecords(time);
        var raised = samples.Raise();
        await store.RecordAsync(samples.Next(transitions: [raised]), CancellationToken.None);
        for (var n = 0; n < 5; n++)
        {
            await store.RecordAsync(samples.Next() with { OpenAlerts = [raised.After] }, CancellationToken.None);
        }

        var book = await CaseBook.OpenAsync(
            new InterpretOptions(), store, samples.Composer, new UlidGenerator(time), time, new PipelineMetrics(), NullLogger<CaseBook>.Instance, CancellationToken.None);
        return new CommandRig(folder, store, book, health, samples, raised.After.Id);
    }

    /// <inheritdoc/>
    public TriggerReceipt Post(TriggerCause cause, string? detail = null, long? timestamp = null) => new(
        new TriggerEvent(++_sequence, 0, TimeProvider.System.GetUtcNow(), cause, detail), false, "no camera", Task.FromResult(new TriggerOutcome(TriggerVerdict.Refused, "no camera", null)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _book.Dispose();
        _audit.Dispose();
        await Store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task<ReferenceAnswer> TakeReferenceAsync(bool white, int? averages, CancellationToken cancellationToken) =>
        throw new BadInputException(averages is null or (>= 1 and <= 256) ? "no camera" : FormattableString.Invariant($"averages is {averages}; expected 1 to 256."));
}
