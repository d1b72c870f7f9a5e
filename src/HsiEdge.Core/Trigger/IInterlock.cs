namespace HsiEdge.Core.Trigger;

/// <summary>
/// Whether it is safe to make light: the interlock line of the board (door, lid, key switch). A board without the line counts as closed. A line that
/// cannot be read counts as open, and so does a board that went away.
/// </summary>
public interface IInterlock
{
    /// <summary>
    /// Cancelled at the moment the interlock opens, and while it is open. Closing makes a new one: take it when a capture begins, not before.
    /// Whoever makes light or pulses ends within a millisecond of the cancellation, with all of its outputs inactive.
    /// </summary>
    CancellationToken Opened { get; }

    /// <summary>Why it is open and what to do, for the person in the room; null while it is closed.</summary>
    string? OpenReason { get; }

    /// <summary>Completes when it is closed.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task WaitUntilClosedAsync(CancellationToken cancellationToken);
}
