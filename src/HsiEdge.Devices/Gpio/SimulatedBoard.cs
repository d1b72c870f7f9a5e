using System.Device.Gpio;
using System.Diagnostics;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Devices.Gpio;

/// <summary>
/// A board whose lines live in memory, for the demo and for tests: outputs and plain inputs pass through the same <see cref="GpioController"/> as on a real
/// board. Whoever plays the wires drives inputs and sees outputs, in the process (<see cref="Drive(PinRole, bool)"/>, <see cref="Observe"/>) or over a socket
/// (<see cref="SimulatedWires"/>). All inputs begin inactive but the interlock, which begins closed.
/// </summary>
public sealed class SimulatedBoard : IBoardPins
{
    private readonly BoardDescription _description;
    private readonly SimulatedGpioDriver _driver;
    private readonly GpioController _controller;
    private readonly Dictionary<PinLine, ControllerLine> _claimed = [];
    private readonly Lock _gate = new();
    private readonly List<SimulatedWatch> _watches = [];
    private readonly List<Action<PinChange>> _observers = [];
    private int _disposed;

    /// <summary>Opens it.</summary>
    /// <param name="description">A simulated profile with its loopbacks.</param>
    public SimulatedBoard(BoardDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        _description = description;
        _driver = new SimulatedGpioDriver(Profile.Lines.Count, Written);
        for (var pin = 0; pin < Profile.Lines.Count; pin++)
        {
            _driver.Drive(pin, Electrical(Profile.Lines[pin], Profile.Lines[pin].Role == PinRole.Interlock));
        }

        _controller = new GpioController(_driver);
        foreach (var line in Profile.Lines)
        {
            _claimed[line] = line.IsOutput
                ? ControllerLine.ClaimOutput(_controller, line, PinOf(line))
                : ControllerLine.ClaimInput(_controller, line, PinOf(line));
        }
    }

    /// <inheritdoc/>
    public BoardProfile Profile => _description.Profile;

    /// <inheritdoc/>
    public IOutputPin Output(PinLine line) =>
        _claimed.TryGetValue(line, out var claimed) && line.IsOutput ? claimed : throw NoLine(line, "an output");

    /// <inheritdoc/>
    public bool Read(PinLine line) => _claimed.TryGetValue(line, out var claimed) ? claimed.Read() : throw NoLine(line, "a line");

    /// <inheritdoc/>
    public IEdgeWatch Watch(IReadOnlyList<PinLine> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        foreach (var line in lines.Where(l => l.IsOutput || !_claimed.ContainsKey(l)))
        {
            throw NoLine(line, "an input");
        }

        lock (_gate)
        {
            if (lines.FirstOrDefault(l => _watches.Exists(w => w.Lines.Contains(l))) is { } taken)
            {
                throw new PinFaultException($"Line {taken} is watched already; a line has one watcher.");
            }

            var watch = new SimulatedWatch([.. lines], Read, Forget);
            _watches.Add(watch);
            return watch;
        }
    }

    /// <inheritdoc/>
    public void MakeSafe()
    {
        foreach (var output in _claimed.Values.Where(c => c.Line.IsOutput))
        {
            output.Set(false);
        }
    }

    /// <summary>Drives an input, as the room does; an edge where its level changes.</summary>
    /// <param name="line">An input of the profile.</param>
    /// <param name="active">Its level.</param>
    /// <param name="timestampNanoseconds">When it happened, in ns on CLOCK_MONOTONIC; null is now, as is a time to come.</param>
    public void Drive(PinLine line, bool active, long? timestampNanoseconds = null)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (line.IsOutput || !_claimed.ContainsKey(line))
        {
            throw NoLine(line, "an input");
        }

        Change(line, active, Electrical(line, active), timestampNanoseconds);
    }

    /// <summary>Drives an input by its role.</summary>
    /// <param name="role">Role of an input that the profile has.</param>
    /// <param name="active">Its level.</param>
    public void Drive(PinRole role, bool active) =>
        Drive(Profile.Find(role) ?? throw new ArgumentException($"Profile '{Profile.Name}' has no {role}.", nameof(role)), active);

    /// <summary>Hears of every change of every line, on the thread that makes it; must return at once.</summary>
    /// <param name="observer">Told of each change.</param>
    /// <returns>Ends it.</returns>
    public IDisposable Observe(Action<PinChange> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        lock (_gate)
        {
            _observers.Add(observer);
        }

        return new Observation(this, observer);
    }

    /// <summary>Loses the next edges of a watched line, as a full kernel queue does.</summary>
    /// <param name="line">The line.</param>
    /// <param name="edges">How many.</param>
    public void LoseEdges(PinLine line, int edges)
    {
        lock (_gate)
        {
            _watches.ForEach(w => w.Lose(line, edges));
        }
    }

    /// <summary>Takes the chip away: every watch ends with the fault.</summary>
    /// <param name="reason">Why, for the message.</param>
    public void Unplug(string reason)
    {
        lock (_gate)
        {
            _watches.ForEach(w => w.Break(new PinFaultException($"Board '{Profile.Name}' went away: {reason}")));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            MakeSafe();
            _controller.Dispose();
            lock (_gate)
            {
                foreach (var watch in _watches.ToList())
                {
                    watch.Break(new PinFaultException($"Board '{Profile.Name}' is closed."));
                }
            }
        }

        return ValueTask.CompletedTask;
    }

    private void Written(int pin, bool high)
    {
        var line = Profile.Lines[pin];
        Tell(line, high != line.ActiveLow, Stopwatch.GetTimestamp());
    }

    private void Change(PinLine line, bool active, bool high, long? timestampNanoseconds)
    {
        lock (_gate)
        {
            if (_driver.IsHigh(PinOf(line)) == high)
            {
                return;
            }

            _driver.Drive(PinOf(line), high);
        }

        var now = Stopwatch.GetTimestamp();
        Tell(line, active, Math.Min(timestampNanoseconds ?? now, now));
    }

    private void Tell(PinLine line, bool active, long timestamp)
    {
        Action<PinChange>[] observers;
        lock (_gate)
        {
            _watches.ForEach(w => w.Enter(line, active, timestamp));
            observers = [.. _observers];
        }

        foreach (var observer in observers)
        {
            observer(new PinChange(line, active, timestamp));
        }

        foreach (var loopback in _description.Loopbacks.Where(l => l.From == line))
        {
            Drive(loopback.To, active);
        }
    }

    private void Forget(SimulatedWatch watch)
    {
        lock (_gate)
        {
            _watches.Remove(watch);
        }
    }

    private int PinOf(PinLine line)
    {
        for (var pin = 0; pin < Profile.Lines.Count; pin++)
        {
            if (Profile.Lines[pin] == line)
            {
                return pin;
            }
        }

        throw NoLine(line, "a line");
    }

    private static bool Electrical(PinLine line, bool active) => active != line.ActiveLow;

    private PinFaultException NoLine(PinLine line, string expected) =>
        new($"Line {line} is not {expected} of board profile '{Profile.Name}'; it has {string.Join(", ", Profile.Lines.Select(l => l.Name))}.");

    private sealed class Observation(SimulatedBoard board, Action<PinChange> observer) : IDisposable
    {
        public void Dispose()
        {
            lock (board._gate)
            {
                board._observers.Remove(observer);
            }
        }
    }
}

/// <summary>A line of a simulated board changed.</summary>
/// <param name="Line">Which.</param>
/// <param name="Active">Its level now.</param>
/// <param name="TimestampNanoseconds">When, in ns on CLOCK_MONOTONIC.</param>
public readonly record struct PinChange(PinLine Line, bool Active, long TimestampNanoseconds);
