using HsiEdge.Core.Record;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Delivery.Publish;

/// <summary>
/// Messages that the broker has acknowledged and the store does not know of yet: marked sent many in one transaction. Belongs to the loop of an
/// <see cref="OutboxDrain"/>: every member is called by it, and each task gives what the loop has to do when it is done.
/// </summary>
internal sealed class SentMarks(IOutbox outbox, TimeProvider time, ILogger logger)
{
    private const int MarkAt = 256;
    private const int MarkedAtOnce = 1_024;
    private static readonly TimeSpan MarkAfter = TimeSpan.FromMilliseconds(200);

    private List<string> _acknowledged = [];
    private bool _timing;
    private bool _due;

    /// <summary>How long to leave a store alone that could not be read or written.</summary>
    public static TimeSpan StoreFaultPause { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether a transaction is under way.</summary>
    public bool IsMarking { get; private set; }

    /// <summary>Whether the store knows of all.</summary>
    public bool IsSettled => !IsMarking && _acknowledged.Count == 0;

    /// <summary>Takes an acknowledged message.</summary>
    public void Add(string messageId) => _acknowledged.Add(messageId);

    /// <summary>Begins a transaction when there are many, it is time, or it is asked for; else a timer.</summary>
    /// <param name="atOnce">Does not wait for more.</param>
    /// <param name="begin">Takes what was begun.</param>
    /// <param name="cancellationToken">Ends pauses, not a transaction: what the broker has need not be sent again.</param>
    public void Next(bool atOnce, Action<Task<Action>> begin, CancellationToken cancellationToken)
    {
        if (IsMarking || _acknowledged.Count == 0)
        {
            return;
        }

        if (_acknowledged.Count >= MarkAt || _due || atOnce)
        {
            var batch = _acknowledged[..Math.Min(MarkedAtOnce, _acknowledged.Count)];
            _acknowledged = _acknowledged[batch.Count..];
            (IsMarking, _due) = (true, false);
            begin(MarkAsync(batch, cancellationToken));
        }
        else if (!_timing)
        {
            _timing = true;
            begin(TimeAsync(cancellationToken));
        }
    }

    /// <summary>Marks what is left, once nothing else is under way.</summary>
    public async Task EndAsync()
    {
        if (_acknowledged.Count > 0)
        {
            try
            {
                await outbox.MarkSentAsync(_acknowledged, CancellationToken.None);
            }
            catch (StoreFaultException exception)
            {
                // The store reports itself; they are sent once more, with the same ids.
                PublishLog.OutboxUnreadable(logger, exception);
            }
        }
    }

    private async Task<Action> TimeAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(MarkAfter, time, cancellationToken);
        return () => (_timing, _due) = (false, true);
    }

    private async Task<Action> MarkAsync(List<string> batch, CancellationToken cancellationToken)
    {
        try
        {
            await outbox.MarkSentAsync(batch, CancellationToken.None);
            return () => IsMarking = false;
        }
        catch (StoreFaultException exception)
        {
            PublishLog.OutboxUnreadable(logger, exception);
            await Task.WhenAny(Task.Delay(StoreFaultPause, time, cancellationToken));
            return () =>
            {
                IsMarking = false;
                _acknowledged.InsertRange(0, batch);
            };
        }
    }
}
