using HsiEdge.Core.Record;

namespace HsiEdge.Core.Interpret;

/// <summary>
/// Alert transitions with hysteresis over consecutive cubes. Not thread-safe: the pipeline owns it.
/// </summary>
/// <remarks>
/// A lesion raises an alert when it was found in <see cref="InterpretOptions.RaiseAfterCubes"/> cubes in a row, and ends it when it was
/// missing from <see cref="InterpretOptions.EndAfterCubes"/> in a row. In between, an alert is updated when the finding differs notably
/// from the one last announced: area by more than 20 %, centroid by more than 25 % of the equivalent diameter, or mean probability by
/// more than 0.1. Cubes with an invalid calibration are as if they had not been. Lesions of another case are never the same lesion.
/// The alerts (<see cref="Open"/>) are the whole memory but for lesions seen too few times yet: those start over after a restart.
/// </remarks>
public sealed class AlertTracker
{
    private const double NotableAreaChange = 0.2;
    private const double NotableMoveDiameters = 0.25;
    private const double NotableProbabilityChange = 0.1;
    private readonly InterpretOptions _options;
    private readonly UlidGenerator _ids;
    private readonly List<Alert> _open;
    private List<Candidate> _candidates = [];

    /// <summary>Makes a tracker that goes on from stored alerts.</summary>
    /// <param name="options">Hysteresis and matching.</param>
    /// <param name="ids">Makes the alerts' identifiers.</param>
    /// <param name="openAlerts">Alerts open when the box stopped.</param>
    public AlertTracker(InterpretOptions options, UlidGenerator ids, IReadOnlyList<Alert> openAlerts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(openAlerts);
        _options = options;
        _ids = ids;
        _open = [.. openAlerts.Where(a => a.State != AlertState.Ended).OrderBy(a => a.RaisedUtc).ThenBy(a => a.Id, StringComparer.Ordinal)];
    }

    /// <summary>Alerts open now, oldest first.</summary>
    public IReadOnlyList<Alert> Open => _open;

    /// <summary>Takes the findings of the next cube.</summary>
    /// <param name="resultId">ULID of the result.</param>
    /// <param name="caseId">Case, or null.</param>
    /// <param name="utc">When it was captured.</param>
    /// <param name="findings">Its findings.</param>
    /// <param name="inhibited">True when the cube's calibration is invalid: nothing is raised, updated or ended by it.</param>
    /// <returns>What changed: first of open alerts, oldest first, then the raised ones.</returns>
    public IReadOnlyList<AlertTransition> Observe(string resultId, string? caseId, DateTimeOffset utc, IReadOnlyList<Finding> findings, bool inhibited)
    {
        ArgumentException.ThrowIfNullOrEmpty(resultId);
        ArgumentNullException.ThrowIfNull(findings);
        if (inhibited)
        {
            return [];
        }

        var free = new bool[findings.Count];
        Array.Fill(free, true);
        var transitions = new List<AlertTransition>();
        ObserveOpen(resultId, caseId, utc, findings, free, transitions);
        ObserveCandidates(resultId, caseId, utc, findings, free, transitions);
        return transitions;
    }

    /// <summary>A person acknowledges an alert; null when no such alert is open or it is already acknowledged.</summary>
    /// <param name="alertId">ULID of the alert.</param>
    /// <param name="by">Who, as the person wishes to be named.</param>
    /// <param name="utc">When.</param>
    public AlertTransition? Acknowledge(string alertId, string by, DateTimeOffset utc)
    {
        ArgumentException.ThrowIfNullOrEmpty(by);
        var index = _open.FindIndex(a => a.Id == alertId && a.State == AlertState.Raised);
        if (index < 0)
        {
            return null;
        }

        var before = _open[index];
        var after = before with { State = AlertState.Acknowledged, AcknowledgedBy = by };
        _open[index] = after;
        return new AlertTransition(AlertTransitionKind.Acknowledged, before, after, $"acknowledged by {by} at {utc.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
    }

    /// <summary>Ends every open alert (the case ended, the box stops for good).</summary>
    /// <param name="reason">Why, in words.</param>
    /// <param name="utc">When.</param>
    public IReadOnlyList<AlertTransition> EndAll(string reason, DateTimeOffset utc)
    {
        var why = $"{reason} at {utc.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC";
        var transitions = _open.ConvertAll(a => new AlertTransition(AlertTransitionKind.Ended, a, a with { State = AlertState.Ended }, why));
        _open.Clear();
        _candidates.Clear();
        return transitions;
    }

    private void ObserveOpen(
        string resultId, string? caseId, DateTimeOffset utc, IReadOnlyList<Finding> findings, bool[] free, List<AlertTransition> transitions)
    {
        var ofCase = _open.FindAll(a => a.CaseId == caseId);
        var matches = FindingMatcher.Match(ofCase.ConvertAll(a => a.Finding), findings, free, _options.MatchDistanceDiameters);
        var byId = ofCase.Select((a, i) => (a.Id, Match: matches[i])).ToDictionary(p => p.Id, p => p.Match, StringComparer.Ordinal);
        for (var i = 0; i < _open.Count; i++)
        {
            var before = _open[i];
            var match = byId.GetValueOrDefault(before.Id, -1);
            if (match >= 0)
            {
                _open[i] = See(before, resultId, utc, findings[match], transitions);
                continue;
            }

            var missed = before with { MissedCubes = before.MissedCubes + 1 };
            if (missed.MissedCubes < _options.EndAfterCubes)
            {
                _open[i] = missed;
                continue;
            }

            _open[i] = missed with { State = AlertState.Ended };
            transitions.Add(new AlertTransition(AlertTransitionKind.Ended, before, _open[i], $"not seen in {missed.MissedCubes} consecutive cubes"));
        }

        _open.RemoveAll(a => a.State == AlertState.Ended);
    }

    private static Alert See(Alert before, string resultId, DateTimeOffset utc, Finding finding, List<AlertTransition> transitions)
    {
        var seen = before with { LastSeenUtc = utc, LastResultId = resultId, MissedCubes = 0 };
        if (NotableChange(before.Finding, finding) is not { } change)
        {
            // Compared with the finding last announced, so that slow changes add up.
            return seen;
        }

        seen = seen with { Finding = finding };
        transitions.Add(new AlertTransition(AlertTransitionKind.Updated, before, seen, change));
        return seen;
    }

    private static string? NotableChange(Finding before, Finding after)
    {
        var area = ((double)after.PixelCount / before.PixelCount) - 1;
        if (Math.Abs(area) > NotableAreaChange)
        {
            return $"area changed by {area * 100:+0;-0} %";
        }

        var moved = FindingMatcher.Distance(before, after);
        if (moved > NotableMoveDiameters * FindingMatcher.EquivalentDiameter(before))
        {
            return $"moved by {moved:0.#} pixels";
        }

        var probability = after.MeanProbability - before.MeanProbability;
        return Math.Abs(probability) > NotableProbabilityChange ? $"mean probability changed by {probability:+0.00;-0.00}" : null;
    }

    private void ObserveCandidates(
        string resultId, string? caseId, DateTimeOffset utc, IReadOnlyList<Finding> findings, bool[] free, List<AlertTransition> transitions)
    {
        var known = _candidates.FindAll(c => c.CaseId == caseId);
        var matches = FindingMatcher.Match(known.ConvertAll(c => c.Finding), findings, free, _options.MatchDistanceDiameters);

        // Those not seen now are forgotten: the cubes were not consecutive.
        var candidates = new List<Candidate>();
        for (var i = 0; i < known.Count; i++)
        {
            if (matches[i] >= 0)
            {
                candidates.Add(new Candidate(caseId, findings[matches[i]], known[i].Cubes + 1));
            }
        }

        candidates.AddRange(findings.Where((_, i) => free[i]).Select(f => new Candidate(caseId, f, 1)));
        foreach (var candidate in candidates.Where(c => c.Cubes >= _options.RaiseAfterCubes))
        {
            var alert = new Alert(_ids.Next(), AlertState.Raised, caseId, utc, utc, resultId, candidate.Finding, null, 0);
            _open.Add(alert);
            transitions.Add(new AlertTransition(
                AlertTransitionKind.Raised, null, alert, candidate.Cubes == 1 ? "seen in a cube" : $"seen in {candidate.Cubes} consecutive cubes"));
        }

        candidates.RemoveAll(c => c.Cubes >= _options.RaiseAfterCubes);
        _candidates = candidates;
    }

    /// <summary>A lesion seen in too few consecutive cubes so far.</summary>
    private sealed record Candidate(string? CaseId, Finding Finding, int Cubes);
}
