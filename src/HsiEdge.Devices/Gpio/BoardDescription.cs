using HsiEdge.Core.Trigger;

namespace HsiEdge.Devices.Gpio;

/// <summary>What a board's file says.</summary>
/// <param name="Profile">Which line is wired to what.</param>
/// <param name="Loopbacks">Wires of a simulated board; empty on a real one.</param>
/// <param name="HardwareTimestamps">Whether edges are stamped by the hardware timestamp engine where a chip has one; elsewhere by the kernel.</param>
public sealed record BoardDescription(BoardProfile Profile, IReadOnlyList<Loopback> Loopbacks, bool HardwareTimestamps = false);

/// <summary>A wire of a simulated board: the input follows the output, level by logical level.</summary>
/// <param name="To">The input.</param>
/// <param name="From">The output.</param>
public sealed record Loopback(PinLine To, PinLine From);
