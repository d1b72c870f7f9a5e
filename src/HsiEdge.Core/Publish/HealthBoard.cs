namespace HsiEdge.Core.Publish;

/// <summary>What the box knows of its own components. Thread-safe; every stage reports, the publisher and doctor read.</summary>
public sealed class HealthBoard
{
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, HealthItem> _items = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<string, (HealthState State, string Reason)>> _causes = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version;

    /// <summary>Makes an empty board.</summary>
    /// <param name="time">Source of the time.</param>
    public HealthBoard(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
    }

    /// <summary>Reports a component's state; a report without a change is free and keeps its "since".</summary>
    /// <param name="component">Name as in the design.</param>
    /// <param name="state">State now.</param>
    /// <param name="reason">Why, when not ok.</param>
    /// <param name="cause">
    /// Which of several independent observers of the component speaks, where there are several: the component is as bad as the worst of them, and one that
    /// is well again does not hide another that is not.
    /// </param>
    public void Report(string component, HealthState state, string reason = "", string cause = "")
    {
        lock (_gate)
        {
            if (!_causes.TryGetValue(component, out var causes))
            {
                _causes[component] = causes = new SortedDictionary<string, (HealthState State, string Reason)>(StringComparer.Ordinal);
            }

            causes[cause] = (state, reason);
            var worst = causes.Values.Max(c => c.State);
            var reasons = Joined([.. causes.Values.Where(c => c.Reason.Length > 0).OrderByDescending(c => c.State).Select(c => c.Reason).Distinct(StringComparer.Ordinal)]);
            if (_items.TryGetValue(component, out var known) && known.State == worst && known.Reason == reasons)
            {
                return;
            }

            var since = known is not null && known.State == worst ? known.SinceUtc : _time.GetUtcNow();
            _items[component] = new HealthItem(component, worst, reasons, since);
            Changed();
        }
    }

    /// <summary>Forgets all that was reported of a component, under any cause, and begins anew.</summary>
    /// <param name="component">Name as in the design.</param>
    /// <param name="state">State now.</param>
    /// <param name="reason">Why, when not ok.</param>
    public void Reset(string component, HealthState state, string reason = "")
    {
        lock (_gate)
        {
            _causes.Remove(component);
            if (state != HealthState.Ok || _items.ContainsKey(component))
            {
                Report(component, state, reason);
            }
        }
    }

    /// <summary>Something else that the status tells has changed: who follows the board looks again.</summary>
    public void Touch()
    {
        lock (_gate)
        {
            Changed();
        }
    }

    /// <summary>All items and a version that grows with every change.</summary>
    public (long Version, IReadOnlyList<HealthItem> Items) Snapshot()
    {
        lock (_gate)
        {
            return (_version, [.. _items.Values]);
        }
    }

    /// <summary>Completes when the board is newer than a version.</summary>
    /// <param name="knownVersion">Version already seen.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task WaitForChangeAsync(long knownVersion, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _version > knownVersion ? Task.CompletedTask : _changed.Task.WaitAsync(cancellationToken);
        }
    }

    private void Changed()
    {
        _version++;
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static string Joined(IReadOnlyList<string> reasons) => reasons.Count == 1 ? reasons[0] : string.Join("; ", reasons.Select(r => r.TrimEnd('.')));
}
