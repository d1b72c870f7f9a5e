using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Delivery.Publish;

/// <summary>What the health board says of the component <c>broker-link</c>: the connection, what the broker refuses, what was given up.</summary>
internal sealed class LinkReport
{
    private static readonly TimeSpan DropPoll = TimeSpan.FromSeconds(2);

    private readonly string _component;
    private readonly HealthBoard _health;
    private readonly ILogger _logger;
    private readonly SortedDictionary<string, string> _refusals = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private string? _down = "not connected yet";
    private OutboxDrops _known = OutboxDrops.None;
    private OutboxDrops _before = OutboxDrops.None;
    private long _givenUp;

    /// <summary>Makes a report.</summary>
    public LinkReport(string component, HealthBoard health, ILogger logger) => (_component, _health, _logger) = (component, health, logger);

    /// <summary>The connection stands; the broker has refused nothing yet.</summary>
    public void Up()
    {
        lock (_gate)
        {
            _refusals.Clear();
            _down = null;
            Report();
        }
    }

    /// <summary>There is no connection.</summary>
    public void Down(string reason)
    {
        lock (_gate)
        {
            _down = reason;
            Report();
        }
    }

    /// <summary>Notes topic and reason of what the broker refuses, and an empty reason once it takes the topic again.</summary>
    public void NoteRefusal(string topic, string reason)
    {
        lock (_gate)
        {
            if (reason.Length == 0)
            {
                _refusals.Remove(topic);
            }
            else if (!_refusals.TryGetValue(topic, out var known) || known != reason)
            {
                _refusals[topic] = reason;
                PublishLog.Refused(_logger, topic, reason);
            }

            Report();
        }
    }

    /// <summary>Watches what the outbox gives up, until stopped.</summary>
    public async Task WatchDropsAsync(IOutbox outbox, PublishMetrics? metrics, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            var drops = outbox.Drops;
            metrics?.CountDropped("size", drops.Size - _known.Size);
            metrics?.CountDropped("age", drops.Age - _known.Age);
            metrics?.CountDropped("superseded", drops.Superseded - _known.Superseded);
            metrics?.CountDropped("damaged", drops.Damaged - _known.Damaged);
            NoteDrops(drops, outbox.PendingCount);
            _known = drops;
            await Task.Delay(DropPoll, time, cancellationToken);
        }
    }

    // One episode lasts until the outbox is empty.
    private void NoteDrops(OutboxDrops drops, long pending)
    {
        lock (_gate)
        {
            if (drops.Lost > _known.Lost)
            {
                if (_givenUp == 0)
                {
                    _before = _known;
                    PublishLog.GivesUp(_logger, pending);
                }

                _givenUp = drops.Lost - _before.Lost;
                ReportDrops(drops);
            }
            else if (_givenUp > 0 && pending == 0)
            {
                PublishLog.GaveUp(_logger, _givenUp, drops.Size - _before.Size, drops.Age - _before.Age, drops.Damaged - _before.Damaged);
                _givenUp = 0;
                ReportDrops(drops);
            }
        }
    }

    private string Reasons(OutboxDrops drops) => string.Join(", ", new[]
    {
        (drops.Size > _before.Size, "over Store:MaximumOutboxMebibytes"), (drops.Age > _before.Age, "over Store:MaximumOutboxAgeDays"),
        (drops.Damaged > _before.Damaged, "damaged in the store: check its disk"),
    }.Where(r => r.Item1).Select(r => r.Item2));

    private void Report() => _health.Report(
        _component,
        _down is not null ? HealthState.Failed : _refusals.Count == 0 ? HealthState.Ok : HealthState.Warning,
        _down ?? string.Join("; ", _refusals.Select(r => $"the broker refuses {r.Key}: {r.Value}")));

    // Of its own cause: a connection that comes back does not hide it.
    private void ReportDrops(OutboxDrops drops) => _health.Report(
        _component,
        _givenUp == 0 ? HealthState.Ok : HealthState.Warning,
        _givenUp == 0
            ? string.Empty
            : $"{_givenUp} messages were given up unsent ({Reasons(drops)}); the results are in the store, ask with query-results",
        "outbox");
}
