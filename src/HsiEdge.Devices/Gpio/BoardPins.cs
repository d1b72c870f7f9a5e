using HsiEdge.Core;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Kernel;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.Gpio;

/// <summary>Opens the board that a profile describes: the real one or the simulated one.</summary>
public static class BoardPins
{
    /// <summary>Opens it: outputs are claimed and driven inactive.</summary>
    /// <param name="description">The profile as read from its file.</param>
    /// <param name="simulatedSocketPath">Where a simulated board offers its wires to other processes (<see cref="SimulatedWires"/>); empty offers none.</param>
    /// <param name="logs">Receives what was opened.</param>
    /// <exception cref="PinFaultException">A chip or line is missing or in use.</exception>
    /// <exception cref="BadInputException">The socket cannot be made, or was asked for on a real board.</exception>
    public static IBoardPins Open(BoardDescription description, string simulatedSocketPath, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(simulatedSocketPath);
        ArgumentNullException.ThrowIfNull(logs);
        var log = logs.CreateLogger(typeof(BoardPins));
        var profile = description.Profile;
        if (!profile.Simulated)
        {
            if (simulatedSocketPath.Length > 0)
            {
                throw new BadInputException($"Board:SimulatedSocketPath is '{simulatedSocketPath}', but board profile '{profile.Name}' is a real board; leave it empty.");
            }

            var real = ChipBoard.Open(profile, LinuxSystemCalls.Instance, ChipBoard.SystemDriver, description.HardwareTimestamps, log);
            GpioLog.Opened(log, profile.Title, profile.Lines.Count, "real");
            return real;
        }

        IBoardPins board = simulatedSocketPath.Length == 0 ? new SimulatedBoard(description) : WiredBoard(description, simulatedSocketPath, log);
        GpioLog.Opened(log, profile.Title, profile.Lines.Count, "simulated");
        return board;
    }

    private static SimulatedBoardWithWires WiredBoard(BoardDescription description, string path, ILogger log)
    {
        var board = new SimulatedBoard(description);
        return new SimulatedBoardWithWires(board, SimulatedWires.Listen(board, path, log));
    }

    /// <summary>Both, closed together.</summary>
    private sealed class SimulatedBoardWithWires(SimulatedBoard board, SimulatedWires wires) : IBoardPins
    {
        public BoardProfile Profile => board.Profile;

        public IOutputPin Output(PinLine line) => board.Output(line);

        public bool Read(PinLine line) => board.Read(line);

        public IEdgeWatch Watch(IReadOnlyList<PinLine> lines) => board.Watch(lines);

        public void MakeSafe() => board.MakeSafe();

        public async ValueTask DisposeAsync()
        {
            board.MakeSafe();
            await wires.DisposeAsync();
            await board.DisposeAsync();
        }
    }
}
