using HsiEdge.Appliance.Configuration;
using HsiEdge.Core;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>The hardware behind a board, just opened: every output is at its safe level.</summary>
/// <param name="Pins">Its lines.</param>
/// <param name="Pulses">Makes pulses on them.</param>
internal sealed record BoardDevices(IBoardPins Pins, IPulseEngine Pulses)
{
    /// <summary>Opens what the options name.</summary>
    /// <exception cref="BadInputException">The profile cannot be used.</exception>
    /// <exception cref="PinFaultException">The chip or a line is missing or in use.</exception>
    public static BoardDevices Open(BoardOptions options, ILoggerFactory logs)
    {
        var pins = BoardPins.Open(BoardProfileFile.Read(options.ProfilePath), options.SimulatedSocketPath, logs);
        var pulses = new PulseThread(
            new PulseThreadOptions { Priority = options.PulsePriority, Cpu = options.PulseCpu, LockMemory = options.LockMemory }, logs.CreateLogger<PulseThread>());
        return new BoardDevices(pins, pulses);
    }
}
