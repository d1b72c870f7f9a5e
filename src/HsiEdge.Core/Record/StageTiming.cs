namespace HsiEdge.Core.Record;

/// <summary>Duration of each stage of one cube in ms, from the monotonic clock.</summary>
/// <param name="AcquireMilliseconds">Trigger to last frame.</param>
/// <param name="ProcessMilliseconds">Last frame to maps (Calibrate and Infer).</param>
/// <param name="InterpretMilliseconds">Maps to findings, alerts and overlay.</param>
/// <param name="TriggerToMapsMilliseconds">Trigger to maps.</param>
public sealed record StageTiming(
    double AcquireMilliseconds, double ProcessMilliseconds, double InterpretMilliseconds, double TriggerToMapsMilliseconds);
