namespace HsiEdge.Core.Trigger;

/// <summary>One line of a board profile. Levels everywhere else are logical: active or not.</summary>
/// <param name="Role">What it is wired to.</param>
/// <param name="Index">Number of the line within its role, from 0: only <see cref="PinRole.SourceStep"/> has more than one.</param>
/// <param name="ChipLabel">Label of its gpiochip as the kernel reports it: numbers of chips change, labels do not.</param>
/// <param name="LineName">Name of the line as the kernel reports it (gpio-line-names of the device tree), or <c>@offset</c> where the chip names none.</param>
/// <param name="ActiveLow">True when the electrical low level means active.</param>
/// <param name="Bias">Pull resistor of an input.</param>
/// <param name="DebounceMicroseconds">Time for which an input must be stable to count, in µs, ≥ 0; 0 is none.</param>
/// <param name="HeaderPin">Pin of the 40-pin header, for people; null where there is none.</param>
public sealed record PinLine(
    PinRole Role, int Index, string ChipLabel, string LineName, bool ActiveLow, PinBias Bias, double DebounceMicroseconds, int? HeaderPin)
{
    /// <summary>Name for messages: "footswitch", or "sourceStep[2]" where the role has several.</summary>
    public string Name => char.ToLowerInvariant(Role.ToString()[0]) + Role.ToString()[1..] + (Role == PinRole.SourceStep ? $"[{Index}]" : "");

    /// <summary>Whether the box drives it.</summary>
    public bool IsOutput => Role is PinRole.CameraTrigger or PinRole.SourceStep or PinRole.AlertLamp or PinRole.ReadyLamp;

    /// <summary>The line for messages: role, chip, line and header pin.</summary>
    public override string ToString() => $"{Name} ({ChipLabel} {LineName}{(HeaderPin is { } pin ? $", header pin {pin}" : "")})";
}
