using HsiEdge.Core.Record;

namespace HsiEdge.Core.Interpret;

/// <summary>Alert transitions with hysteresis over consecutive cubes. Not thread-safe: the pipeline owns it.</summary>
public sealed class AlertTracker
{
    /// <summary>Makes a tracker that goes on from stored alerts.</summary>
    public AlertTracker(InterpretOptions options, UlidGenerator ids, IReadOnlyList<Alert> openAlerts) =>
        throw new NotImplementedException();

    /// <summary>Alerts open now, oldest first.</summary>
    public IReadOnlyList<Alert> Open => throw new NotImplementedException();

    /// <summary>Takes the findings of the next cube.</summary>
    /// <param name="resultId">ULID of the result.</param>
    /// <param name="caseId">Case, or null.</param>
    /// <param name="utc">When it was captured.</param>
    /// <param name="findings">Its findings.</param>
    /// <param name="inhibited">True when the cube's calibration is invalid: nothing is raised, updated or ended by it.</param>
    /// <returns>What changed.</returns>
    public IReadOnlyList<AlertTransition> Observe(string resultId, string? caseId, DateTimeOffset utc, IReadOnlyList<Finding> findings, bool inhibited) =>
        throw new NotImplementedException();

    /// <summary>A person acknowledges an alert; null when no such alert is open or it is already acknowledged.</summary>
    public AlertTransition? Acknowledge(string alertId, string by, DateTimeOffset utc) => throw new NotImplementedException();

    /// <summary>Ends every open alert (the case ended, the box stops for good).</summary>
    public IReadOnlyList<AlertTransition> EndAll(string reason, DateTimeOffset utc) => throw new NotImplementedException();
}
