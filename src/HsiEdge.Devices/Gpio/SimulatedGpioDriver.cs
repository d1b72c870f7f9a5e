using System.Device.Gpio;

namespace HsiEdge.Devices.Gpio;

/// <summary>A driver whose lines live in memory: pin n is line n of a simulated board's profile. Levels are electrical. Thread-safe.</summary>
internal sealed class SimulatedGpioDriver(int pinCount, Action<int, bool> written) : GpioDriver
{
    private readonly Lock _gate = new();
    private readonly bool[] _high = new bool[pinCount];
    private readonly PinMode?[] _modes = new PinMode?[pinCount];

    protected override int PinCount => pinCount;

    /// <summary>Sets the level of a wire from outside.</summary>
    public void Drive(int pin, bool high)
    {
        lock (_gate)
        {
            _high[pin] = high;
        }
    }

    /// <summary>The level of a wire.</summary>
    public bool IsHigh(int pin)
    {
        lock (_gate)
        {
            return _high[pin];
        }
    }

    protected override void OpenPin(int pinNumber)
    {
        lock (_gate)
        {
            _modes[pinNumber] = PinMode.Input;
        }
    }

    protected override void ClosePin(int pinNumber)
    {
        lock (_gate)
        {
            _modes[pinNumber] = null;
        }
    }

    protected override void SetPinMode(int pinNumber, PinMode mode)
    {
        lock (_gate)
        {
            _modes[pinNumber] = mode;
        }
    }

    protected override PinMode GetPinMode(int pinNumber)
    {
        lock (_gate)
        {
            return _modes[pinNumber] ?? throw new InvalidOperationException($"Simulated pin {pinNumber} is not open.");
        }
    }

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) => Enum.IsDefined(mode);

    protected override PinValue Read(int pinNumber) => IsHigh(pinNumber) ? PinValue.High : PinValue.Low;

    protected override void Write(int pinNumber, PinValue value)
    {
        var high = value == PinValue.High;
        lock (_gate)
        {
            if (_modes[pinNumber] != PinMode.Output)
            {
                throw new InvalidOperationException($"Simulated pin {pinNumber} is no output.");
            }

            if (_high[pinNumber] == high)
            {
                return;
            }

            _high[pinNumber] = high;
        }

        written(pinNumber, high);
    }

    protected override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Edges are watched by IBoardPins.Watch.");

    protected override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) =>
        throw new NotSupportedException("Edges are watched by IBoardPins.Watch.");

    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback) =>
        throw new NotSupportedException("Edges are watched by IBoardPins.Watch.");
}
