using System.Collections.Concurrent;
using HsiEdge.Core.Record;

namespace HsiEdge.Testing;

/// <summary>An audit log in memory, on a disk that can refuse.</summary>
public sealed class FakeAuditLog : IAuditLog
{
    private readonly ConcurrentQueue<AuditEvent> _entries = new();

    /// <summary>What was written, oldest first.</summary>
    public IReadOnlyList<AuditEvent> Entries => [.. _entries];

    /// <summary>Thrown instead of writing, one after the other.</summary>
    public ConcurrentQueue<StoreFaultException> Faults { get; } = new();

    /// <inheritdoc/>
    public Task AppendAsync(AuditEvent entry, CancellationToken cancellationToken)
    {
        if (Faults.TryDequeue(out var fault))
        {
            return Task.FromException(fault);
        }

        _entries.Enqueue(entry);
        return Task.CompletedTask;
    }
}
