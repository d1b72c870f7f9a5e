using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;

namespace HsiEdge.Testing;

/// <summary>A store in memory whose disk can fail or be slow. What a fault refuses is not in it.</summary>
public sealed class FakeResultStore : IResultStore
{
    private readonly Lock _gate = new();
    private readonly List<ResultRecord> _records = [];
    private readonly List<OutboxMessage> _messages = [];
    private readonly List<KeptLedger> _ledgers = [];
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private IReadOnlyList<Alert> _open = [];

    /// <summary>Thrown by the next writes, one each.</summary>
    public Queue<Exception> Faults { get; } = new();

    /// <summary>Awaited before each write; null does not wait.</summary>
    public Func<Task>? BeforeWrite { get; set; }

    public IReadOnlyList<ResultRecord> Records
    {
        get
        {
            lock (_gate)
            {
                return [.. _records];
            }
        }
    }

    public IReadOnlyList<OutboxMessage> Messages
    {
        get
        {
            lock (_gate)
            {
                return [.. _messages];
            }
        }
    }

    public Task RecordAsync(ResultRecord record, CancellationToken cancellationToken) => WriteAsync(() =>
    {
        _records.Add(record);
        if (record.Ledger is { } ledger)
        {
            _ledgers.Add(ledger);
        }

        _messages.AddRange(record.Messages);
        _open = record.OpenAlerts;
    });

    public Task RecordAlertsAsync(
        IReadOnlyList<AlertTransition> transitions, IReadOnlyList<Alert> openAlerts, IReadOnlyList<OutboxMessage> messages, DurableValue? value,
        CancellationToken cancellationToken) => WriteAsync(() =>
    {
        _messages.AddRange(messages);
        _open = openAlerts;
        if (value is not null)
        {
            SetValue(value.Key, value.Value);
        }
    });

    public Task RecordLedgerAsync(KeptLedger? ledger, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken) => WriteAsync(() =>
    {
        if (ledger is not null)
        {
            _ledgers.Add(ledger);
        }

        _messages.AddRange(messages);
    });

    public Task<KeptLedger?> ReadLedgerAsync(string captureId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_ledgers.Find(l => l.CaptureId == captureId));
        }
    }

    public Task<IReadOnlyList<Alert>> ReadOpenAlertsAsync(CancellationToken cancellationToken) => Task.FromResult(_open);

    public Task<IReadOnlyList<CaptureResult>> ListAsync(ResultQuery query, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CaptureResult>>(
        [
            .. Records.Select(r => r.Result).Reverse()
                .Where(r => (query.FromUtc is null || r.CapturedUtc >= query.FromUtc) && (query.ToUtc is null || r.CapturedUtc < query.ToUtc))
                .Take(query.Limit),
        ]);

    public Task<CaptureResult?> FindAsync(string resultId, CancellationToken cancellationToken) =>
        Task.FromResult(Records.Select(r => r.Result).FirstOrDefault(r => r.Id == resultId));

    public Task<StoredMaps?> ReadMapsAsync(string resultId, CancellationToken cancellationToken) =>
        Task.FromResult(Records.Where(r => r.Result.Id == resultId).Select(r => new StoredMaps(r.Maps.Classes, r.Maps.Probabilities, r.Classes)).FirstOrDefault());

    public Task<byte[]?> ReadOverlayAsync(string resultId, CancellationToken cancellationToken) =>
        Task.FromResult(Records.Where(r => r.Result.Id == resultId).Select(r => r.OverlayPng).FirstOrDefault());

    public Task<string?> ReadValueAsync(string key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_values.GetValueOrDefault(key));
        }
    }

    public Task WriteValueAsync(string key, string? value, CancellationToken cancellationToken) => WriteAsync(() => SetValue(key, value));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void SetValue(string key, string? value)
    {
        if (value is null)
        {
            _values.Remove(key);
        }
        else
        {
            _values[key] = value;
        }
    }

    private async Task WriteAsync(Action write)
    {
        if (BeforeWrite is { } wait)
        {
#pragma warning disable VSTHRD003 // The test opens the gate.
            await wait();
#pragma warning restore VSTHRD003
        }

        lock (_gate)
        {
            if (Faults.TryDequeue(out var fault))
            {
                throw fault;
            }

            write();
        }
    }
}
