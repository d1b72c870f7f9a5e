namespace HsiEdge.Devices.Gpio;

/// <summary>A GPIO chip.</summary>
/// <param name="Device">Its device file.</param>
/// <param name="Label">Its label; empty when it cannot be opened.</param>
/// <param name="Lines">Its lines in order of their offset.</param>
/// <param name="Fault">Why it cannot be used, or null.</param>
public sealed record GpioChip(string Device, string Label, IReadOnlyList<GpioLine> Lines, string? Fault)
{
    /// <summary>Number in the device's name.</summary>
    public int Number => int.Parse(Device.AsSpan(Device.LastIndexOf("gpiochip", StringComparison.Ordinal) + "gpiochip".Length), System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A line of a chip.</summary>
/// <param name="Offset">Its number on the chip, from 0.</param>
/// <param name="Name">Its name; empty where the device tree gives none.</param>
/// <param name="Consumer">Who uses it; empty when free, or when the kernel does not say.</param>
/// <param name="Flags">Direction, use and bias.</param>
public sealed record GpioLine(uint Offset, string Name, string Consumer, GpioLineFlags Flags)
{
    /// <summary>Whether somebody uses it.</summary>
    public bool IsUsed => Flags.HasFlag(GpioLineFlags.Used);

    /// <summary>Who uses it, for people; null when free.</summary>
    public string? User => !IsUsed ? null : Consumer.Length > 0 ? Consumer : "the kernel";
}
