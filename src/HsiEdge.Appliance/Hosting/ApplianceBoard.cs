using HsiEdge.Core.Trigger;

namespace HsiEdge.Appliance.Hosting;

/// <summary>The board while it is open: what cameras and light sources wired to it work with. It outlives all that is built on it.</summary>
/// <param name="Pins">Its lines. Footswitch, interlock and lamps are in use already; the others are the camera's and the light source's.</param>
/// <param name="Pulses">Drives outputs at planned times, never while the interlock is open.</param>
/// <param name="Interlock">
/// Whether it is safe to make light. The token of a capture ends with it already, so that a camera only needs to end dark when it is cancelled.
/// </param>
/// <param name="Lost">Cancelled when the board went away: everything built on it is torn down and set up again on the next one.</param>
internal sealed record ApplianceBoard(IBoardPins Pins, IPulseEngine Pulses, IInterlock Interlock, CancellationToken Lost);
