namespace HsiEdge.Core.Record;

/// <summary>A message in the outbox with its age.</summary>
/// <param name="Message">The message.</param>
/// <param name="BornTimestamp">
/// Monotonic timestamp (<see cref="TimeProvider.GetTimestamp"/>) of its recording, counted back for one of an earlier run: its age is the time elapsed
/// since, whatever the wall clock does.
/// </param>
/// <param name="EarlierRun">Whether it was recorded before the program was last started.</param>
public sealed record WaitingMessage(OutboxMessage Message, long BornTimestamp, bool EarlierRun)
{
    /// <summary>Its place in the order of recording.</summary>
    public long Number => Message.Number;
}
