using HsiEdge.Core.Interpret;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Core.Pipeline;

/// <summary>
/// What outlives a cube: the pseudonymous case and its alerts, both durable. Every change is written before anyone hears of it; a change
/// that could not be written has not happened. Cubes and people change alerts one at a time, in the order in which they are recorded.
/// </summary>
public sealed class CaseBook : IDisposable
{
    private const string CaseKey = "case";
    private InterpretOptions _options;
    private readonly IResultStore _store;
    private readonly MessageComposer _composer;
    private readonly UlidGenerator _ids;
    private readonly TimeProvider _time;
    private readonly PipelineMetrics _metrics;
    private readonly ILogger<CaseBook> _log;
    private readonly SemaphoreSlim _alertGate = new(1, 1);
    private readonly SemaphoreSlim _captureGate = new(1, 1);
    private AlertTracker _alerts;
    private IReadOnlyList<Alert> _openAlerts;
    private string? _caseId;
    private IReadOnlyList<IMessageDialect> _dialects = [];
    private CaptureResult? _latest;

    private CaseBook(
        InterpretOptions options, IResultStore store, MessageComposer composer, UlidGenerator ids, TimeProvider time, PipelineMetrics metrics,
        ILogger<CaseBook> log, IReadOnlyList<Alert> openAlerts, string? caseId)
    {
        _options = options;
        _store = store;
        _composer = composer;
        _ids = ids;
        _time = time;
        _metrics = metrics;
        _log = log;
        _alerts = new AlertTracker(options, ids, openAlerts);
        _openAlerts = openAlerts;
        _caseId = caseId;
    }

    /// <summary>Opens the book where the store left it.</summary>
    /// <param name="options">Hysteresis of alerts.</param>
    /// <param name="store">The durable store.</param>
    /// <param name="composer">Makes the messages.</param>
    /// <param name="ids">Makes identifiers.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="metrics">Counts the transitions.</param>
    /// <param name="log">Receives each change.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public static async Task<CaseBook> OpenAsync(
        InterpretOptions options, IResultStore store, MessageComposer composer, UlidGenerator ids, TimeProvider time, PipelineMetrics metrics,
        ILogger<CaseBook> log, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        var open = await store.ReadOpenAlertsAsync(cancellationToken);
        var caseId = await store.ReadValueAsync(CaseKey, cancellationToken);
        return new CaseBook(options, store, composer, ids, time, metrics, log, open, caseId);
    }

    /// <summary>As the other, telling results and alerts in further forms too.</summary>
    public static async Task<CaseBook> OpenAsync(
        InterpretOptions options, IResultStore store, MessageComposer composer, UlidGenerator ids, TimeProvider time, PipelineMetrics metrics,
        ILogger<CaseBook> log, IReadOnlyList<IMessageDialect> dialects, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dialects);
        var book = await OpenAsync(options, store, composer, ids, time, metrics, log, cancellationToken);
        book._dialects = dialects;
        book._latest = dialects.Count > 0 && (await store.ListAsync(new ResultQuery(1), cancellationToken)) is [var latest, ..] ? latest : null;
        return book;
    }

    /// <summary>The case now, or null.</summary>
    public string? CaseId => Volatile.Read(ref _caseId);

    /// <summary>Whether the camera is a simulation, for messages that no cube caused.</summary>
    public bool CameraIsSynthetic { get; set; }

    /// <summary>Alerts open and durable now, oldest first.</summary>
    public IReadOnlyList<Alert> OpenAlerts => Volatile.Read(ref _openAlerts);

    /// <summary>Holds the case still while one cube is captured: a cube belongs to one case, from trigger to result.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    internal async Task<IDisposable> BeginCaptureAsync(CancellationToken cancellationToken)
    {
        await _captureGate.WaitAsync(cancellationToken);
        return new Release(_captureGate);
    }

    /// <summary>Takes one analysed cube to the alerts and makes all of it durable in one transaction with its messages.</summary>
    /// <param name="analysis">The cube's analysis.</param>
    /// <param name="classes">Names and colours for the maps.</param>
    /// <param name="cancellationToken">Stops waiting; a started transaction finishes.</param>
    /// <exception cref="StoreFaultException">Nothing was written; the alerts are as before.</exception>
    internal Task<IReadOnlyList<AlertTransition>> RecordAsync(CubeAnalysis analysis, IReadOnlyList<Infer.ModelClass> classes, CancellationToken cancellationToken)
    {
        var result = analysis.Result;
        return ChangeAsync(
            alerts => alerts.Observe(result.Id, result.CaseId, result.CapturedUtc, result.Findings, result.AlertsInhibited),
            async (transitions, open) =>
            {
                await _store.RecordAsync(
                    new ResultRecord
                    {
                        Result = result,
                        Maps = analysis.Maps,
                        Classes = classes,
                        OverlayPng = analysis.OverlayPng,
                        Transitions = transitions,
                        OpenAlerts = open,
                        Ledger = analysis.Ledger.Pulses.Count == 0
                            ? null
                            : new KeptLedger(result.Id, result.CapturedUtc, Trigger.TriggerVerdict.Captured, Reason: null, analysis.Ledger),
                        Messages =
                        [
                            .. _composer.ForResult(result, transitions, analysis.OverlayPng), .. _dialects.SelectMany(d => d.ForResult(result, transitions, open)),
                        ],
                    },
                    cancellationToken);
                _latest = result;
            },
            cancellationToken);
    }

    private IReadOnlyList<OutboxMessage> MessagesOf(IReadOnlyList<AlertTransition> transitions, IReadOnlyList<Alert> open) =>
        [.. _composer.ForTransitions(transitions), .. _dialects.SelectMany(d => d.ForTransitions(transitions, open, _latest))];

    /// <summary>Makes durable what became of a trigger that gave no result, with its message.</summary>
    /// <param name="trigger">The trigger.</param>
    /// <param name="outcome">Its verdict and reason.</param>
    /// <param name="ledger">What became of its pulses; null where none was to be sent.</param>
    /// <param name="synthetic">Whether the camera is a simulation.</param>
    /// <exception cref="StoreFaultException">It could not be made durable.</exception>
    internal Task RecordLostAsync(Trigger.TriggerEvent trigger, Trigger.TriggerOutcome outcome, Acquire.TriggerLedger? ledger, bool synthetic)
    {
        var captureId = _ids.Next();
        return _store.RecordLedgerAsync(
            ledger is null ? null : new KeptLedger(captureId, trigger.Utc, outcome.Verdict, outcome.Reason, ledger),
            [_composer.ForLostCapture(captureId, trigger, outcome, ledger?.Summarize() ?? Acquire.LedgerSummary.None, synthetic)],
            CancellationToken.None);
    }

    /// <summary>Makes the message of refused triggers durable.</summary>
    /// <param name="refusals">How many, and the last of them.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="StoreFaultException">It could not be made durable.</exception>
    internal Task RecordRefusalsAsync(RefusalDigest refusals, CancellationToken cancellationToken) => _store.RecordLedgerAsync(
        ledger: null, [_composer.ForRefusals(_ids.Next(), refusals.Last, refusals.Reason, refusals.Count, CameraIsSynthetic)], cancellationToken);

    /// <summary>A person acknowledges an open alert.</summary>
    /// <param name="alertId">ULID of the alert.</param>
    /// <param name="by">Who, as the person wishes to be named.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The change; null when no such alert is open or it is already acknowledged.</returns>
    /// <exception cref="StoreFaultException">It could not be made durable and has not happened.</exception>
    public async Task<AlertTransition?> AcknowledgeAsync(string alertId, string by, CancellationToken cancellationToken)
    {
        var transitions = await ChangeAsync(
            alerts => alerts.Acknowledge(alertId, by, _time.GetUtcNow()) is { } transition ? [transition] : [],
            (changes, open) => changes.Count == 0
                ? Task.CompletedTask
                : _store.RecordAlertsAsync(changes, open, MessagesOf(changes, open), value: null, cancellationToken),
            cancellationToken);
        return transitions.Count == 0 ? null : transitions[0];
    }

    /// <summary>Begins a case; alerts of the case before end with it. Waits for a capture in flight.</summary>
    /// <param name="caseId">Pseudonymous identifier.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Alerts that ended.</returns>
    /// <exception cref="StoreFaultException">It could not be made durable; say it again.</exception>
    public Task<IReadOnlyList<AlertTransition>> SetCaseAsync(string caseId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(caseId);
        return ChangeCaseAsync(caseId, cancellationToken);
    }

    /// <summary>Ends the case and its alerts. Waits for a capture in flight.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Alerts that ended.</returns>
    /// <exception cref="StoreFaultException">It could not be made durable; say it again.</exception>
    public Task<IReadOnlyList<AlertTransition>> EndCaseAsync(CancellationToken cancellationToken) => ChangeCaseAsync(null, cancellationToken);

    /// <summary>Judges from now on by other options; open alerts stay, sightings that had not yet raised one start over. No capture may be under way.</summary>
    /// <param name="options">Hysteresis of alerts.</param>
    /// <param name="cameraIsSynthetic">Whether the camera is a simulation.</param>
    public void Use(InterpretOptions options, bool cameraIsSynthetic)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _alerts = new AlertTracker(options, _ids, _openAlerts);
        CameraIsSynthetic = cameraIsSynthetic;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _alertGate.Dispose();
        _captureGate.Dispose();
    }

    private async Task<IReadOnlyList<AlertTransition>> ChangeCaseAsync(string? caseId, CancellationToken cancellationToken)
    {
        using var still = await BeginCaptureAsync(cancellationToken);
        if (caseId is not null && caseId == _caseId)
        {
            return [];
        }

        var reason = _caseId is null ? "a case began" : "its case ended";
        var ended = await ChangeAsync(
            alerts => alerts.EndAll(reason, _time.GetUtcNow()),
            (changes, open) => _store.RecordAlertsAsync(changes, open, MessagesOf(changes, open), new DurableValue(CaseKey, caseId), cancellationToken),
            cancellationToken);
        Volatile.Write(ref _caseId, caseId);
        PipelineLog.CaseChanged(_log, caseId ?? "none");
        return ended;
    }

    private async Task<IReadOnlyList<AlertTransition>> ChangeAsync(
        Func<AlertTracker, IReadOnlyList<AlertTransition>> change,
        Func<IReadOnlyList<AlertTransition>, IReadOnlyList<Alert>, Task> record,
        CancellationToken cancellationToken)
    {
        await _alertGate.WaitAsync(cancellationToken);
        try
        {
            IReadOnlyList<AlertTransition> transitions;
            try
            {
                transitions = change(_alerts);
                IReadOnlyList<Alert> open = [.. _alerts.Open];
                await record(transitions, open);
                Volatile.Write(ref _openAlerts, open);
            }
            catch
            {
                // What is not durable has not happened: go on from the alerts as they were. Sightings that had not yet raised an alert start over.
                _alerts = new AlertTracker(_options, _ids, _openAlerts);
                throw;
            }

            _metrics.CountAlerts(transitions);
            foreach (var transition in transitions)
            {
                PipelineLog.AlertChanged(_log, transition.After.Id, transition.Kind, transition.Reason);
            }

            return transitions;
        }
        finally
        {
            _alertGate.Release();
        }
    }

    private sealed class Release(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
