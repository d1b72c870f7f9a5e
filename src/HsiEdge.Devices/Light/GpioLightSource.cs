using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Devices.Light;

/// <summary>
/// A light source on the board's <c>sourceStep</c> lines. One-hot and binary codes are set at once, the light of a step-pulse source is moved by pulses on
/// the real-time thread. Where a step-pulse source stands is known after homing only: after a move that did not end it is homed again.
/// </summary>
public sealed class GpioLightSource : ILightSource
{
    private const int MostLines = 63;
    private readonly IBoardPins _board;
    private readonly IPulseEngine _pulses;
    private readonly List<LineMove> _moves = [];
    private readonly List<PinAction> _program = [];
    private PulseProgress _progress = new(64);
    private GpioLight? _light;
    private IOutputPin[] _pins = [];
    private double _homeMicroseconds;
    private ulong _levels;
    private long? _position;

    /// <summary>Makes it, without touching a line.</summary>
    /// <param name="board">Has the lines; owned by others.</param>
    /// <param name="pulses">Steps a step-pulse source; owned by others, used between triggers only.</param>
    public GpioLightSource(IBoardPins board, IPulseEngine pulses)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentNullException.ThrowIfNull(pulses);
        _board = board;
        _pulses = pulses;
    }

    /// <inheritdoc/>
    public Task OpenAsync(ScanSchedule schedule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        var light = LightPlans.Require<GpioLight>(schedule);
        var lines = _board.Profile.All(PinRole.SourceStep);
        RequireLines(schedule, light, lines.Count);
        _pins = [.. lines.Select(_board.Output)];
        _homeMicroseconds = Math.Max(light.PulseMicroseconds, schedule.Plan.SettleMicroseconds);
        _light = light;
        _position = light.Coding == LightCoding.StepPulse && lines.Count == 1 ? 0 : null;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask SelectAsync(ScanStep step, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(step);
        var light = LightPlans.Opened(_light);
        cancellationToken.ThrowIfCancellationRequested();
        _moves.Clear();
        if (light.Coding == LightCoding.StepPulse)
        {
            if (_position != step.LightPosition)
            {
                LightMoves.Steps(_position, step.LightPosition, light.PulseMicroseconds, _homeMicroseconds, _moves);
                await StepAsync(step.LightPosition, cancellationToken);
            }

            return;
        }

        Show(PositionOf(step));
        if (cancellationToken.IsCancellationRequested)
        {
            // Told to stop between the look and the write: what was lit just now is not left lit.
            await DarkenAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc/>
    public ValueTask DarkenAsync(CancellationToken cancellationToken)
    {
        if (_light is null)
        {
            return ValueTask.CompletedTask;
        }

        if (_light.Coding == LightCoding.StepPulse)
        {
            // It has no dark position; what it owes is lines at rest.
            foreach (var pin in _pins)
            {
                pin.Set(false);
            }

            return ValueTask.CompletedTask;
        }

        // Every line, not only those thought to be on: after a fault nobody knows.
        _levels = ulong.MaxValue;
        _moves.Clear();
        Show(LightMoves.Dark);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => DarkenAsync(CancellationToken.None);

    /// <summary>Appends the way from one step's light to the next one's to a program that ends with the light in place at a given time.</summary>
    /// <param name="from">The step whose light shines.</param>
    /// <param name="to">The step whose light is wanted.</param>
    /// <param name="endMicroseconds">When the last change is due, in µs after the program's beginning.</param>
    /// <param name="program">Receives the actions.</param>
    /// <returns>When the first change comes, in µs after the program's beginning; <paramref name="endMicroseconds"/> when nothing changes.</returns>
    internal double Compile(ScanStep from, ScanStep to, double endMicroseconds, List<PinAction> program)
    {
        var light = LightPlans.Opened(_light);
        var moves = new List<LineMove>();
        var duration = 0.0;
        if (light.Coding == LightCoding.StepPulse)
        {
            duration = LightMoves.Steps(from.LightPosition, to.LightPosition, light.PulseMicroseconds, _homeMicroseconds, moves);
        }
        else
        {
            var levels = LightMoves.Levels(light.Coding, 0, PositionOf(from), _pins.Length, []);
            LightMoves.Levels(light.Coding, levels, PositionOf(to), _pins.Length, moves);
        }

        foreach (var move in moves)
        {
            program.Add(new PinAction(endMicroseconds - duration + move.OffsetMicroseconds, _pins[move.Line], move.Active));
        }

        return endMicroseconds - duration;
    }

    /// <summary>Takes note that a program has moved the light.</summary>
    /// <param name="step">The step whose light shines now; null when the program did not end and nobody knows.</param>
    internal void Moved(ScanStep? step)
    {
        if (_light?.Coding == LightCoding.StepPulse)
        {
            _position = step?.LightPosition;
        }
        else if (step is not null)
        {
            _levels = LightMoves.Levels(_light!.Coding, 0, PositionOf(step), _pins.Length, []);
        }
    }

    private static long PositionOf(ScanStep step) => step.IsDark ? LightMoves.Dark : step.LightPosition;

    private void Show(long position)
    {
        var levels = LightMoves.Levels(_light!.Coding, _levels, position, _pins.Length, _moves);
        foreach (var move in _moves)
        {
            _pins[move.Line].Set(move.Active);
        }

        _levels = levels;
    }

    private async Task StepAsync(long position, CancellationToken cancellationToken)
    {
        _program.Clear();
        foreach (var move in _moves)
        {
            _program.Add(new PinAction(move.OffsetMicroseconds, _pins[move.Line], move.Active));
        }

        if (_progress.Capacity < _program.Count)
        {
            _progress = new PulseProgress(_program.Count);
        }

        _position = null;
        await _pulses.RunAsync(_program, _progress, cancellationToken);
        _position = position;
    }

    private void RequireLines(ScanSchedule schedule, GpioLight light, int lines)
    {
        var highest = schedule.Steps.Max(s => s.LightPosition);
        var needed = highest > MostLines && light.Coding == LightCoding.OneHot ? int.MaxValue : LightMoves.LinesFor(light.Coding, Math.Max(highest, 0));
        if (light.Coding == LightCoding.StepPulse)
        {
            if (schedule.Steps.Any(s => s.IsDark))
            {
                throw new BadInputException(
                    $"Scan plan '{schedule.Plan.Name}' takes dark frames between the bands, but a step-pulse source has no dark position: take them out (darkEvery 0).");
            }

            // Each capture begins where the first did, so all but a source that never moves must be able to go back.
            needed = schedule.Steps.All(s => s.LightPosition == schedule.Steps[0].LightPosition) ? 1 : 2;
        }

        if (lines < needed || lines > MostLines)
        {
            throw new BadInputException(
                $"Scan plan '{schedule.Plan.Name}': its {light.Coding} light with positions up to {highest} needs "
                + $"{(needed == int.MaxValue ? $"more than {MostLines}" : needed)} sourceStep lines{(light.Coding == LightCoding.StepPulse && needed == 2 ? " (line 1 for homing)" : "")}, "
                + $"board profile '{_board.Profile.Name}' has {lines}: name them in the profile, or change light.coding or light.positions of the plan.");
        }
    }
}
