using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Kernel;

namespace HsiEdge.Devices.Gpio;

/// <summary>The board's GPIO chips as the kernel lists them; resolves a profile's label and line name. Numbers of chips change from boot to boot, labels do not.</summary>
public static class GpioChips
{
    private const string DevicePrefix = "/dev/gpiochip";
    private const string PackageAdvice = "Check the profile against 'hsiedge doctor --pins'.";

    /// <summary>Lists chips and lines; chips that cannot be opened are listed with the reason and without lines.</summary>
    /// <param name="kernel">The kernel.</param>
    public static IReadOnlyList<GpioChip> List(ISystemCalls kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return [.. kernel.Devices(DevicePrefix).Select(device => ReadChip(kernel, device))];
    }

    /// <summary>Finds a line.</summary>
    /// <param name="chips">What <see cref="List"/> gave.</param>
    /// <param name="line">The line of a profile.</param>
    /// <returns>The chip and the line on it.</returns>
    /// <exception cref="PinFaultException">There is no such chip or line, or it cannot be told which.</exception>
    public static (GpioChip Chip, GpioLine Line) Resolve(IReadOnlyList<GpioChip> chips, PinLine line)
    {
        ArgumentNullException.ThrowIfNull(chips);
        ArgumentNullException.ThrowIfNull(line);
        var labelled = chips.Where(c => c.Label == line.ChipLabel).ToList();
        if (labelled.Count == 0)
        {
            throw new PinFaultException($"Line {line}: there is no chip '{line.ChipLabel}'; found {Names(chips)}. {PackageAdvice}");
        }

        if (labelled.FirstOrDefault(c => c.Fault is not null) is { } closed)
        {
            throw new PinFaultException($"Line {line}: {closed.Fault}");
        }

        var found = labelled.SelectMany(c => c.Lines.Where(l => IsNamed(l, line.LineName)).Select(l => (c, l))).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new PinFaultException($"Line {line}: chip '{line.ChipLabel}' has no line '{line.LineName}'; {Near(labelled, line.LineName)} {PackageAdvice}"),
            _ => throw new PinFaultException(
                $"Line {line}: {found.Count} lines of chips '{line.ChipLabel}' are called '{line.LineName}': {string.Join(", ", found.Select(f => $"{f.c.Device} line {f.l.Offset}"))}. {PackageAdvice}"),
        };
    }

    private static bool IsNamed(GpioLine line, string name) =>
        name.StartsWith('@') ? name == $"@{line.Offset}" : line.Name == name;

    private static string Names(IReadOnlyList<GpioChip> chips) =>
        chips.Count == 0 ? "no /dev/gpiochip* at all" : string.Join(", ", chips.Select(c => c.Fault is null ? $"'{c.Label}' ({c.Device})" : $"{c.Device}, which {c.Fault}"));

    private static string Near(List<GpioChip> chips, string name)
    {
        var names = chips.SelectMany(c => c.Lines).Select(l => l.Name).Where(n => n.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        if (names.Count == 0)
        {
            return $"its {chips.Sum(c => c.Lines.Count)} lines have no names: write @0, @1, … for the offset.";
        }

        var near = names.OrderByDescending(n => CommonPrefix(n, name)).ThenBy(n => n, StringComparer.Ordinal).Take(5);
        return $"near it are {string.Join(", ", near)}.";
    }

    private static int CommonPrefix(string a, string b)
    {
        var n = 0;
        while (n < Math.Min(a.Length, b.Length) && char.ToUpperInvariant(a[n]) == char.ToUpperInvariant(b[n]))
        {
            n++;
        }

        return n;
    }

    private static GpioChip ReadChip(ISystemCalls kernel, string device)
    {
        var descriptor = kernel.Open(device);
        if (descriptor < 0)
        {
            return new GpioChip(device, "", [], CannotOpen(device, -descriptor));
        }

        try
        {
            Span<byte> info = stackalloc byte[GpioAbi.ChipInfoSize];
            info.Clear();
            if (kernel.Ioctl(descriptor, GpioAbi.GetChipInfo, info) is < 0 and var refused)
            {
                return new GpioChip(device, "", [], $"{device} does not answer as a GPIO chip: {ErrorNumber.Text(-refused)}.");
            }

            var lines = new List<GpioLine>();
            var count = GpioAbi.U32(info, 64);
            for (uint offset = 0; offset < count; offset++)
            {
                if (ReadLine(kernel, descriptor, offset) is { } line)
                {
                    lines.Add(line);
                }
            }

            return new GpioChip(device, GpioAbi.Name(info, 32), lines, lines.Count == count ? null : $"{device} does not tell of its lines: the kernel must be 5.10 or later.");
        }
        finally
        {
            _ = kernel.Close(descriptor);
        }
    }

    private static GpioLine? ReadLine(ISystemCalls kernel, int descriptor, uint offset)
    {
        Span<byte> info = stackalloc byte[GpioAbi.LineInfoSize];
        info.Clear();
        GpioAbi.Put(info, 64, offset);
        if (kernel.Ioctl(descriptor, GpioAbi.GetLineInfo, info) < 0)
        {
            return null;
        }

        return new GpioLine(offset, GpioAbi.Name(info, 0), GpioAbi.Name(info, GpioAbi.NameSize), (GpioLineFlags)GpioAbi.U64(info, 72));
    }

    private static string CannotOpen(string device, int error) => error switch
    {
        ErrorNumber.AccessDenied or ErrorNumber.NotPermitted => $"{device} may not be opened by this user: add it to the group that owns the device (udev rules of the installation) and start again.",
        ErrorNumber.NoEntry or ErrorNumber.NoDevice => $"{device} went away.",
        _ => $"{device} cannot be opened: {ErrorNumber.Text(error)}.",
    };
}
