using System.Device.Gpio;
using System.Device.Gpio.Drivers;
using System.Runtime.InteropServices;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Kernel;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.Gpio;

/// <summary>
/// A real board. Outputs and plain inputs pass through <see cref="GpioController"/>, one a chip; watched inputs through the kernel's character device, because only
/// there an edge has its time and number (decision 0014).
/// </summary>
internal sealed class ChipBoard : IBoardPins
{
    private readonly ISystemCalls _kernel;
    private readonly Func<GpioChip, GpioDriver> _driverOf;
    private readonly bool _useHardwareClock;
    private readonly ILogger _log;
    private readonly Dictionary<PinLine, (GpioChip Chip, GpioLine Line)> _places = [];
    private readonly Dictionary<string, GpioController> _controllers = new(StringComparer.Ordinal);
    private readonly Dictionary<PinLine, ControllerLine> _claimed = [];
    private readonly List<EdgeReader> _watches = [];
    private readonly Lock _gate = new();

    private ChipBoard(BoardProfile profile, ISystemCalls kernel, Func<GpioChip, GpioDriver> driverOf, bool useHardwareClock, ILogger log)
    {
        Profile = profile;
        _kernel = kernel;
        _driverOf = driverOf;
        _useHardwareClock = useHardwareClock;
        _log = log;
    }

    /// <inheritdoc/>
    public BoardProfile Profile { get; }

    /// <summary>Finds every line, then claims the outputs.</summary>
    /// <param name="profile">A real board's profile.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="driverOf">Makes the library's driver for a chip.</param>
    /// <param name="useHardwareClock">Whether edges are stamped by the hardware timestamp engine where the chip has one.</param>
    /// <param name="log">Receives what the kernel does not offer.</param>
    /// <exception cref="PinFaultException">A chip or line is missing or in use; nothing stays claimed.</exception>
    public static ChipBoard Open(
        BoardProfile profile, ISystemCalls kernel, Func<GpioChip, GpioDriver> driverOf, bool useHardwareClock, ILogger log)
    {
        var board = new ChipBoard(profile, kernel, driverOf, useHardwareClock, log);
        try
        {
            var chips = GpioChips.List(kernel);
            foreach (var line in profile.Lines)
            {
                board._places[line] = GpioChips.Resolve(chips, line);
            }

            foreach (var line in profile.Lines.Where(l => l.IsOutput))
            {
                board.RefuseUsed(line);
                board._claimed[line] = ControllerLine.ClaimOutput(board.ControllerOf(line), line, board.OffsetOf(line));
            }

            return board;
        }
        catch
        {
            board.Release();
            throw;
        }
    }

    /// <summary>The library's driver for a chip: that of the libgpiod the system has.</summary>
    /// <param name="chip">The chip.</param>
    /// <exception cref="PinFaultException">The system has none.</exception>
    public static GpioDriver SystemDriver(GpioChip chip)
    {
        if (Has("libgpiod.so.2"))
        {
            return new LibGpiodDriver(chip.Number);
        }

        if (Has("libgpiod.so.3"))
        {
#pragma warning disable SDGPIO0001 // The library calls its driver for libgpiod 2 experimental; there is no other for that version.
            return new LibGpiodV2Driver(chip.Number);
#pragma warning restore SDGPIO0001
        }

        throw new PinFaultException("Neither libgpiod.so.2 nor libgpiod.so.3 is installed; install the Debian package libgpiod2 (Debian 12) or libgpiod3 (Debian 13).");
    }

    /// <inheritdoc/>
    public IOutputPin Output(PinLine line) =>
        line.IsOutput && _claimed.TryGetValue(line, out var claimed) ? claimed : throw NoLine(line, "an output");

    /// <inheritdoc/>
    public bool Read(PinLine line)
    {
        if (!_places.ContainsKey(line))
        {
            throw NoLine(line, "a line");
        }

        lock (_gate)
        {
            if (!_claimed.TryGetValue(line, out var claimed))
            {
                RefuseUsed(line);
                _claimed[line] = claimed = ControllerLine.ClaimInput(ControllerOf(line), line, OffsetOf(line));
            }

            return claimed.Read();
        }
    }

    /// <inheritdoc/>
    public IEdgeWatch Watch(IReadOnlyList<PinLine> lines)
    {
        foreach (var line in lines.Where(l => l.IsOutput || !_places.ContainsKey(l)))
        {
            throw NoLine(line, "an input");
        }

        var requests = new List<EdgeRequest>();
        try
        {
            foreach (var chip in lines.GroupBy(l => _places[l].Chip.Device, StringComparer.Ordinal))
            {
                requests.Add(EdgeRequest.Claim(
                    _kernel, _places[chip.First()].Chip, [.. chip.Select(l => (l, _places[l].Line.Offset))], _useHardwareClock,
                    (line, reason) => GpioLog.DebouncedHere(_log, line.ToString(), reason)));
            }

            var reader = new EdgeReader(_kernel, requests, Forget);
            lock (_gate)
            {
                _watches.Add(reader);
            }

            return reader;
        }
        catch
        {
            requests.ForEach(r => r.Close());
            throw;
        }
    }

    /// <inheritdoc/>
    public void MakeSafe()
    {
        List<PinFaultException>? faults = null;
        foreach (var output in _claimed.Values.Where(c => c.Line.IsOutput).ToList())
        {
            try
            {
                output.Set(false);
            }
            catch (PinFaultException e)
            {
                (faults ??= []).Add(e);
            }
        }

        if (faults is not null)
        {
            throw new PinFaultException(string.Join(" ", faults.Select(f => f.Message)), faults[0]);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var watch in _watches.ToList())
        {
            await watch.DisposeAsync();
        }

        Release();
    }

    private void Release()
    {
        try
        {
            MakeSafe();
        }
        finally
        {
            foreach (var controller in _controllers.Values)
            {
                controller.Dispose();
            }
        }
    }

    private static bool Has(string library)
    {
        if (!NativeLibrary.TryLoad(library, out var handle))
        {
            return false;
        }

        NativeLibrary.Free(handle);
        return true;
    }

    private void Forget(EdgeReader watch)
    {
        lock (_gate)
        {
            _watches.Remove(watch);
        }
    }

    private void RefuseUsed(PinLine line)
    {
        if (_places[line].Line.User is { } user)
        {
            throw new PinFaultException($"Line {line} is in use by {user}; free it there, or wire the {line.Name} to another line and say so in the profile.");
        }
    }

    private GpioController ControllerOf(PinLine line)
    {
        var chip = _places[line].Chip;
        if (!_controllers.TryGetValue(chip.Device, out var controller))
        {
            _controllers[chip.Device] = controller = new GpioController(_driverOf(chip));
        }

        return controller;
    }

    private int OffsetOf(PinLine line) => (int)_places[line].Line.Offset;

    private PinFaultException NoLine(PinLine line, string expected) =>
        new($"Line {line} is not {expected} of board profile '{Profile.Name}'; it has {string.Join(", ", Profile.Lines.Select(l => l.Name))}.");
}
