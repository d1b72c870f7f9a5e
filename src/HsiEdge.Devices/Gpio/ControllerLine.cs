using System.Device.Gpio;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Devices.Gpio;

/// <summary>One line driven or read through a <see cref="GpioController"/>; logical levels outside, electrical ones inside.</summary>
internal sealed class ControllerLine : IOutputPin
{
    private readonly GpioController _controller;
    private readonly int _pin;
    private readonly PinValue _active;
    private readonly PinValue _inactive;

    private ControllerLine(GpioController controller, PinLine line, int pin)
    {
        _controller = controller;
        Line = line;
        _pin = pin;
        _active = line.ActiveLow ? PinValue.Low : PinValue.High;
        _inactive = line.ActiveLow ? PinValue.High : PinValue.Low;
    }

    /// <inheritdoc/>
    public PinLine Line { get; }

    /// <summary>Claims an output, driven inactive from the first moment.</summary>
    /// <exception cref="PinFaultException">It cannot be claimed.</exception>
    public static ControllerLine ClaimOutput(GpioController controller, PinLine line, int pin)
    {
        var claimed = new ControllerLine(controller, line, pin);
        Attempt(line, "claimed as an output", () => controller.OpenPin(pin, PinMode.Output, claimed._inactive));
        return claimed;
    }

    /// <summary>Claims an input.</summary>
    /// <exception cref="PinFaultException">It cannot be claimed.</exception>
    public static ControllerLine ClaimInput(GpioController controller, PinLine line, int pin)
    {
        var mode = line.Bias switch
        {
            PinBias.PullUp => PinMode.InputPullUp,
            PinBias.PullDown => PinMode.InputPullDown,
            _ => PinMode.Input,
        };
        Attempt(line, $"claimed as an input ({mode})", () => controller.OpenPin(pin, mode));
        return new ControllerLine(controller, line, pin);
    }

    /// <inheritdoc/>
    public void Set(bool active)
    {
        try
        {
            _controller.Write(_pin, active ? _active : _inactive);
        }
        catch (Exception e) when (IsDriverFault(e))
        {
            throw Fault(Line, $"driven {(active ? "active" : "inactive")}", e);
        }
    }

    /// <summary>The level now.</summary>
    /// <exception cref="PinFaultException">It cannot be read.</exception>
    public bool Read()
    {
        try
        {
            return _controller.Read(_pin) == _active;
        }
        catch (Exception e) when (IsDriverFault(e))
        {
            throw Fault(Line, "read", e);
        }
    }

    private static void Attempt(PinLine line, string what, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (IsDriverFault(e))
        {
            throw Fault(line, what, e);
        }
    }

    private static PinFaultException Fault(PinLine line, string what, Exception e) =>
        new($"Line {line} cannot be {what}: {e.Message} See who uses it with 'hsiedge doctor --pins'.", e);

    // What the library throws for a refused line differs between its drivers; a defect of our own is none of these.
    private static bool IsDriverFault(Exception e) =>
        e is IOException or InvalidOperationException or NotSupportedException or ArgumentException or UnauthorizedAccessException or DllNotFoundException
        || e.GetType().Namespace?.StartsWith("System.Device.Gpio", StringComparison.Ordinal) == true;
}
