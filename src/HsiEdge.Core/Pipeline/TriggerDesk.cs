using System.Runtime.CompilerServices;
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
    private long _version;
    private long _refusals;
    private string? _intervalRefusedFor;
    private RefusalDigest? _refused;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
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
                Changed();
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

            Changed();
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
            Changed();
        }
    }

    /// <summary>Takes one cause away; without effect when it does not stand.</summary>
    /// <param name="category">The cause's name.</param>
    public void Unblock(string category)
    {
        ArgumentException.ThrowIfNullOrEmpty(category);
        lock (_gate)
        {
            if (_blocks.Remove(category))
            {
                Changed();
            }
        }
    }

    /// <summary>How the desk stands: for those who show it.</summary>
    public TriggerDeskState State
    {
        get
        {
            lock (_gate)
            {
                return new TriggerDeskState(_version, Obstacle().Reason is null, _refusals, _inFlight is not null);
            }
        }
    }

    /// <summary>What stands in the way of every trigger now, in words; a capture under way does not. Empty when one would be taken.</summary>
    public IReadOnlyList<string> Obstacles
    {
        get
        {
            lock (_gate)
            {
                return [.. (_closedReason is null ? [] : (string[])[_closedReason]), .. _blocks.Values];
            }
        }
    }

    /// <summary>Completes when the desk is not any more as it was.</summary>
    /// <param name="knownVersion">Version already seen.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task WaitForChangeAsync(long knownVersion, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _version > knownVersion ? Task.CompletedTask : _changed.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Refusals since the last call, for those who pass them on; null when there were none. Of the interval's, the first of an episode.</summary>
    internal RefusalDigest? TakeRefusals()
    {
        lock (_gate)
        {
            return Interlocked.Exchange(ref _refused, null);
        }
    }

    /// <inheritdoc/>
    public TriggerReceipt Post(TriggerCause cause, string? detail = null, long? timestamp = null)
    {
        TriggerEvent trigger;
        AcceptedTrigger? accepted = null;
        string? category;
        string? reason;
        lock (_gate)
        {
            trigger = Number(cause, detail, timestamp);
            (category, reason) = Obstacle();
            if (reason is null)
            {
                _inFlight = trigger;
                accepted = new AcceptedTrigger(trigger);
                _accepted.Writer.TryWrite(accepted);
            }
            else if (cause != TriggerCause.Interval)
            {
                _refusals++;
            }

            Changed();
        }

        _metrics.CountPosted(cause);
        if (accepted is not null)
        {
            _metrics.CountCapture(1);
            _ = IsNews(cause, category: null);
            PipelineLog.TriggerAccepted(_log, trigger.Sequence, cause, detail);
            return new TriggerReceipt(trigger, Accepted: true, RefusalReason: null, accepted.Outcome.Task);
        }

        _account.Close(TriggerVerdict.Refused, category);
        _metrics.CountTrigger(TriggerVerdict.Refused, cause, category);
        if (IsNews(cause, category!))
        {
            lock (_gate)
            {
                _refused = new RefusalDigest((_refused?.Count ?? 0) + 1, trigger, reason!);
                Changed();
            }

            PipelineLog.TriggerRefused(_log, trigger.Sequence, cause, reason!);
        }

        return new TriggerReceipt(trigger, Accepted: false, reason, Task.FromResult(new TriggerOutcome(TriggerVerdict.Refused, reason, null)));
    }

    /// <summary>Accepted triggers in order; ends after <see cref="Close"/> for good, or when stopped with those that were let in before.</summary>
    internal async IAsyncEnumerable<AcceptedTrigger> AcceptedAsync([EnumeratorCancellation] CancellationToken stopping)
    {
        while (await MayHaveMoreAsync(stopping))
        {
            while (_accepted.Reader.TryRead(out var accepted))
            {
                yield return accepted;
            }

            if (stopping.IsCancellationRequested)
            {
                yield break;
            }
        }
    }

    /// <summary>Enters the last word on an accepted trigger and lets the next one in.</summary>
    internal void Finish(AcceptedTrigger accepted, TriggerOutcome outcome, string? category)
    {
        lock (_gate)
        {
            _inFlight = null;
            _account.Close(outcome.Verdict, category);
            Changed();
        }

        _metrics.CountCapture(-1);
        _metrics.CountTrigger(outcome.Verdict, accepted.Trigger.Cause, category);
        accepted.Outcome.SetResult(outcome);
    }

    private async ValueTask<bool> MayHaveMoreAsync(CancellationToken stopping)
    {
        try
        {
            return await _accepted.Reader.WaitToReadAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return true;
        }
    }

    /// <summary>What stands in the way of a trigger now; nulls when nothing does.</summary>
    private (string? Category, string? Reason) Obstacle() =>
        _closedReason is not null ? (_closedCategory, _closedReason)
            : _blocks.Count > 0 ? (_blocks.First().Key, _blocks.First().Value)
            : _inFlight is { } current ? ("busy", $"busy: the capture of trigger {current.Sequence} is not finished; trigger again when its result is out")
            : (null, null);

    /// <summary>The wall clock is taken back by the trigger's age, so that both times are those of its own moment.</summary>
    private TriggerEvent Number(TriggerCause cause, string? detail, long? timestamp)
    {
        var (now, utc) = (_time.GetTimestamp(), _time.GetUtcNow());
        return new TriggerEvent(_account.Post(), timestamp ?? now, timestamp is { } then ? utc - _time.GetElapsedTime(then, now) : utc, cause, detail);
    }

    /// <summary>Every refusal of a person is told; those of the interval once an episode, as it asks on and on.</summary>
    private bool IsNews(TriggerCause cause, string? category) =>
        cause != TriggerCause.Interval || Interlocked.Exchange(ref _intervalRefusedFor, category) != category;

    private void Changed()
    {
        _version++;
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>How the desk stands at one moment.</summary>
/// <param name="Version">Grows with every change.</param>
/// <param name="Ready">Whether a trigger would be taken.</param>
/// <param name="Refusals">Triggers refused so far at the desk to those who wait for an answer: not the interval's.</param>
/// <param name="Capturing">Whether a capture is under way.</param>
public sealed record TriggerDeskState(long Version, bool Ready, long Refusals, bool Capturing);

/// <summary>Triggers refused at the desk.</summary>
/// <param name="Count">How many, ≥ 1.</param>
/// <param name="Last">The last of them.</param>
/// <param name="Reason">Why that one was.</param>
internal sealed record RefusalDigest(long Count, TriggerEvent Last, string Reason);

/// <summary>A trigger that was let in, with the promise of its outcome.</summary>
internal sealed class AcceptedTrigger(TriggerEvent trigger)
{
    public TriggerEvent Trigger { get; } = trigger;

    public TaskCompletionSource<TriggerOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
