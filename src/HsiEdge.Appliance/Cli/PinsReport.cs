using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;

namespace HsiEdge.Appliance.Cli;

/// <summary>What <c>doctor --pins --json</c> prints: the chips of this machine, and what became of each line of the profile.</summary>
/// <param name="Ok">Whether every line of the profile is there.</param>
/// <param name="Profile">Path of the profile; null where none is configured.</param>
/// <param name="Board">Name of the board, for people; null where there is none.</param>
/// <param name="Simulated">Whether its lines live in memory.</param>
/// <param name="Chips">Every chip with every line.</param>
/// <param name="Lines">Lines of the profile.</param>
internal sealed record PinsReport(bool Ok, string? Profile, string? Board, bool Simulated, IReadOnlyList<PinsChip> Chips, IReadOnlyList<PinsLine> Lines)
{
    /// <summary>Looks for every line of a profile on the chips.</summary>
    /// <param name="path">Path of the profile, or null.</param>
    /// <param name="profile">The profile, or null.</param>
    /// <param name="chips">The chips of this machine.</param>
    public static PinsReport Of(string? path, BoardProfile? profile, IReadOnlyList<GpioChip> chips)
    {
        var lines = (profile?.Lines ?? []).Select(l => Find(l, profile!.Simulated, chips)).ToList();
        return new PinsReport(
            lines.TrueForAll(l => l.State != PinsLineState.Missing), path, profile?.Title, profile?.Simulated ?? false,
            [.. chips.Select(c => new PinsChip(c.Device, c.Label, c.Fault, [.. c.Lines.Select(l => new PinsChipLine(l.Offset, l.Name, l.User))]))], lines);
    }

    private static PinsLine Find(PinLine line, bool simulated, IReadOnlyList<GpioChip> chips)
    {
        var (state, user, fault) = (PinsLineState.Free, default(string), default(string));
        if (!simulated)
        {
            try
            {
                user = GpioChips.Resolve(chips, line).Line.User;
                state = user is null ? PinsLineState.Free : PinsLineState.InUse;
            }
            catch (PinFaultException e)
            {
                (state, fault) = (PinsLineState.Missing, e.Message);
            }
        }

        return new PinsLine(line.Name, line.IsOutput ? "output" : "input", line.ChipLabel, line.LineName, line.HeaderPin, line.ActiveLow, state, user, fault);
    }
}

/// <summary>A chip.</summary>
/// <param name="Device">Its device file.</param>
/// <param name="Label">Its label.</param>
/// <param name="Fault">Why it cannot be used, or null.</param>
/// <param name="Lines">Its lines.</param>
internal sealed record PinsChip(string Device, string Label, string? Fault, IReadOnlyList<PinsChipLine> Lines);

/// <summary>A line of a chip.</summary>
/// <param name="Offset">Its number on the chip.</param>
/// <param name="Name">Its name; empty where it has none.</param>
/// <param name="UsedBy">Who uses it; null when free.</param>
internal sealed record PinsChipLine(uint Offset, string Name, string? UsedBy);

/// <summary>A line of the profile.</summary>
/// <param name="Line">What it is wired to.</param>
/// <param name="Direction">input or output.</param>
/// <param name="Chip">Label of its chip.</param>
/// <param name="Name">Its name on the chip.</param>
/// <param name="HeaderPin">Pin of the 40-pin header, or null.</param>
/// <param name="ActiveLow">Whether the electrical low level is the active one.</param>
/// <param name="State">free, inUse or missing.</param>
/// <param name="UsedBy">Who uses it; null when free.</param>
/// <param name="Fault">Why it is missing; else null.</param>
internal sealed record PinsLine(
    string Line, string Direction, string Chip, string Name, int? HeaderPin, bool ActiveLow, PinsLineState State, string? UsedBy, string? Fault);

/// <summary>Whether a line of the profile can be had.</summary>
internal enum PinsLineState
{
    /// <summary>Nobody uses it.</summary>
    Free,

    /// <summary>Somebody uses it: the running worker, or another.</summary>
    InUse,

    /// <summary>There is no such chip or line.</summary>
    Missing,
}
