using System.Threading.Channels;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Core.Pipeline;

/// <summary>
/// The front door of the pipeline: numbers every trigger without gaps, answers at once, lets in one capture at a time and refuses the
/// others with the reason. A box that cannot capture (starting, safe mode, camera away, stopping) is a closed desk. Thread-safe.
/// </summary>
public sealed class TriggerDesk : ITriggerSink
{
    private readonly TimeProvider _time;
    private readonly PipelineMetrics _metrics;
    private readonly ILogger<TriggerDesk> _log;
    private readonly TriggerAccount _account = new();
    private readonly Lock _gate = new();
    private readonly Channel<AcceptedTrigger> _accepted = Channel.CreateUnbounded<AcceptedTrigger>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, string> _blocks = new(StringComparer.Ordinal);
    private TriggerEvent? _inFlight;
    private string? _closedCategory = "starting";
    private string? _closedReason = "the box is starting; trigger again when its status is online";
    private bool _closedForGood;

    /// <summary>Makes a closed desk.</summary>
    /// <param name="time">Source of the time.</param>
    /// <param name="metrics">Counts the verdicts.</param>
    /// <param name="log">Receives each refusal.</param>
    public TriggerDesk(TimeProvider time, PipelineMetrics metrics, ILogger<TriggerDesk> log)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(log);
        _time = time;
        _metrics = metrics;
        _log = log;
    }

    /// <summary>What became of all triggers so far.</summary>
    public TriggerTotals Totals => _account.Totals();

    /// <summary>Lets triggers in; without effect once closed for good.</summary>
    public void Open()
    {
        lock (_gate)
        {
            if (!_closedForGood)
            {
                _closedCategory = _closedReason = null;
            }
        }
    }

    /// <summary>Refuses every further trigger; the capture in flight goes on.</summary>
    /// <param name="category">Short phrase without figures, under which the refusals are counted.</param>
    /// <param name="reason">Why, and what to do: for the person who asked.</param>
    /// <param name="forGood">True when the box stops: it never opens again.</param>
    public void Close(string category, string reason, bool forGood = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(category);
        ArgumentException.ThrowIfNullOrEmpty(reason);
        lock (_gate)
        {
            if (_closedForGood)
            {
                return;
            }

            (_closedCategory, _closedReason, _closedForGood) = (category, reason, forGood);
            if (forGood)
            {
                _accepted.Writer.Complete();
            }
        }
    }

    /// <summary>Refuses triggers for one cause among several (interlock open, disk full, camera away) until <see cref="Unblock"/>; open or not.</summary>
    /// <param name="category">Short phrase without figures: the cause's name, under which the refusals are counted.</param>
    /// <param name="reason">Why, and what to do: for the person who asked.</param>
    public void Block(string category, string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(category);
        ArgumentException.ThrowIfNullOrEmpty(reason);
        lock (_gate)
        {
            _blocks[category] = reason;
        }
    }

    /// <summary>Takes one cause away; without effect when it does not stand.</summary>
    /// <param name="category">The cause's name.</param>
    public void Unblock(string category)
    {
        ArgumentException.ThrowIfNullOrEmpty(category);
        lock (_gate)
        {
            _blocks.Remove(category);
        }
    }

    /// <inheritdoc/>
    public TriggerReceipt Post(TriggerCause cause, string? detail = null)
    {
        TriggerEvent trigger;
        AcceptedTrigger? accepted = null;
        string? category;
        string? reason;
        lock (_gate)
        {
            trigger = new TriggerEvent(_account.Post(), _time.GetTimestamp(), _time.GetUtcNow(), cause, detail);
            (category, reason) = (_closedCategory, _closedReason);
            if (reason is null && _blocks.Count > 0)
            {
                (category, reason) = _blocks.First();
            }

            if (reason is null && _inFlight is { } current)
            {
                (category, reason) = ("busy", $"busy: the capture of trigger {current.Sequence} is not finished; trigger again when its result is out");
            }

            if (reason is null)
            {
                _inFlight = trigger;
                accepted = new AcceptedTrigger(trigger);
                _accepted.Writer.TryWrite(accepted);
            }
        }

        if (accepted is not null)
        {
            PipelineLog.TriggerAccepted(_log, trigger.Sequence, cause, detail);
            return new TriggerReceipt(trigger, Accepted: true, RefusalReason: null, accepted.Outcome.Task);
        }

        _account.Close(TriggerVerdict.Refused, category);
        _metrics.CountTrigger(TriggerVerdict.Refused, cause);
        PipelineLog.TriggerRefused(_log, trigger.Sequence, cause, reason!);
        return new TriggerReceipt(trigger, Accepted: false, reason, Task.FromResult(new TriggerOutcome(TriggerVerdict.Refused, reason, null)));
    }

    /// <summary>Accepted triggers in order; ends after <see cref="Close"/> for good.</summary>
    internal IAsyncEnumerable<AcceptedTrigger> AcceptedAsync() => _accepted.Reader.ReadAllAsync(CancellationToken.None);

    /// <summary>Enters the last word on an accepted trigger and lets the next one in.</summary>
    internal void Finish(AcceptedTrigger accepted, TriggerOutcome outcome, string? category)
    {
        lock (_gate)
        {
            _inFlight = null;
            _account.Close(outcome.Verdict, category);
        }

        _metrics.CountTrigger(outcome.Verdict, accepted.Trigger.Cause);
        accepted.Outcome.SetResult(outcome);
    }
}

/// <summary>A trigger that was let in, with the promise of its outcome.</summary>
internal sealed class AcceptedTrigger(TriggerEvent trigger)
{
    public TriggerEvent Trigger { get; } = trigger;

    public TaskCompletionSource<TriggerOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
