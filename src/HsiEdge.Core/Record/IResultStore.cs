using HsiEdge.Core.Infer;
using HsiEdge.Core.Interpret;

namespace HsiEdge.Core.Record;

/// <summary>The durable store. Acknowledged (the returned task completed) means on disk.</summary>
public interface IResultStore : IAsyncDisposable
{
    /// <summary>Writes result, maps, findings, alerts and messages in one durable transaction.</summary>
    /// <param name="record">What to write.</param>
    /// <param name="cancellationToken">Stops waiting for a place in the queue; a started transaction finishes.</param>
    /// <exception cref="StoreFaultException">It could not be made durable: nothing of it is in the store.</exception>
    Task RecordAsync(ResultRecord record, CancellationToken cancellationToken);

    /// <summary>Writes alert changes that no cube caused (acknowledged, case ended) with their messages, durably.</summary>
    /// <param name="transitions">The changes.</param>
    /// <param name="openAlerts">Every alert open afterwards.</param>
    /// <param name="messages">Messages to send.</param>
    /// <param name="value">A small value that changes with them, in the same transaction; null changes none.</param>
    /// <param name="cancellationToken">As above.</param>
    /// <exception cref="StoreFaultException">It could not be made durable: nothing of it is in the store.</exception>
    Task RecordAlertsAsync(
        IReadOnlyList<AlertTransition> transitions, IReadOnlyList<Alert> openAlerts, IReadOnlyList<OutboxMessage> messages, DurableValue? value,
        CancellationToken cancellationToken);

    /// <summary>Writes what became of a trigger that gave no result, with its messages, durably.</summary>
    /// <param name="ledger">The capture's ledger; null where no pulse was to be sent.</param>
    /// <param name="messages">Messages to send.</param>
    /// <param name="cancellationToken">As above.</param>
    /// <exception cref="StoreFaultException">It could not be made durable: nothing of it is in the store.</exception>
    Task RecordLedgerAsync(KeptLedger? ledger, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken);

    /// <summary>The ledger of one capture, with a result or without, or null when there is none (a recording, or unknown).</summary>
    Task<KeptLedger?> ReadLedgerAsync(string captureId, CancellationToken cancellationToken);

    /// <summary>Alerts open when the store was last written: the tracker starts from them.</summary>
    Task<IReadOnlyList<Alert>> ReadOpenAlertsAsync(CancellationToken cancellationToken);

    /// <summary>Newest results first.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    Task<IReadOnlyList<CaptureResult>> ListAsync(ResultQuery query, CancellationToken cancellationToken);

    /// <summary>One result, or null.</summary>
    Task<CaptureResult?> FindAsync(string resultId, CancellationToken cancellationToken);

    /// <summary>The stored maps of one result, or null when it has none (expired or unknown).</summary>
    Task<StoredMaps?> ReadMapsAsync(string resultId, CancellationToken cancellationToken);

    /// <summary>The stored overlay PNG of one result, or null.</summary>
    Task<byte[]?> ReadOverlayAsync(string resultId, CancellationToken cancellationToken);

    /// <summary>A small durable value, such as the session counter or the current case; null when absent.</summary>
    Task<string?> ReadValueAsync(string key, CancellationToken cancellationToken);

    /// <summary>Writes a small durable value; null removes it.</summary>
    Task WriteValueAsync(string key, string? value, CancellationToken cancellationToken);
}

/// <summary>A small durable value.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">The value; null removes it.</param>
public sealed record DurableValue(string Key, string? Value);

/// <summary>Filter of <see cref="IResultStore.ListAsync"/>.</summary>
/// <param name="Limit">At most this many, ≥ 1.</param>
/// <param name="FromUtc">Captured at or after, or null.</param>
/// <param name="ToUtc">Captured before, or null.</param>
/// <param name="CaseId">Only this case, or null.</param>
/// <param name="WithFindingsOnly">Only results with findings.</param>
public sealed record ResultQuery(
    int Limit = 20, DateTimeOffset? FromUtc = null, DateTimeOffset? ToUtc = null, string? CaseId = null, bool WithFindingsOnly = false);

/// <summary>Maps read back from the store.</summary>
/// <param name="Classes">Class map.</param>
/// <param name="Probabilities">Probability map.</param>
/// <param name="ModelClasses">Names and colours.</param>
public sealed record StoredMaps(ClassMap Classes, ProbabilityMap Probabilities, IReadOnlyList<ModelClass> ModelClasses);
