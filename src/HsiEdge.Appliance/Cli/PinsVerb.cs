using System.CommandLine;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Core;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;

namespace HsiEdge.Appliance.Cli;

/// <summary>
/// The part of <c>hsiedge doctor</c> that looks at pins: lists chips and lines, blinks an output, watches an input, makes every output safe. Each line is
/// claimed alone, so that one that is missing or in use does not keep the others from being tried.
/// </summary>
internal sealed class PinsVerb
{
    private static readonly TimeSpan BlinkHalfPeriod = TimeSpan.FromMilliseconds(250);
    private const double DefaultBlinkSeconds = 5;
    private const double LongestSeconds = 86_400;
    private readonly CliShell _shell;
    private readonly Option<bool> _pins = new("--pins") { Description = "List GPIO chips and lines, and say of each line of the board's profile whether it is free, in use (by whom) or missing." };
    private readonly Option<string> _blink = new("--blink") { HelpName = "LINE", Description = "Blink an output of the profile, such as readyLamp or sourceStep[2], then leave it inactive." };
    private readonly Option<string> _watch = new("--watch") { HelpName = "LINE", Description = "Print every edge of an input of the profile with the kernel's time, until Ctrl-C." };
    private readonly Option<double?> _seconds = new("--seconds") { HelpName = "S", Description = "How long to blink (5 s when not given) or to watch." };
    private readonly Option<bool> _makeSafe = new("--make-safe") { Description = "Drive every output of the profile to its safe level, inactive. Exit 1 when one could not be driven." };

    public PinsVerb(CliShell shell) => _shell = shell;

    /// <summary>Options for the verb.</summary>
    public IReadOnlyList<Symbol> Symbols => [_pins, _blink, _watch, _seconds, _makeSafe];

    /// <summary>Carries out what the command line asks of pins.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="configuration">As loaded, perhaps with faults.</param>
    /// <param name="json">Whether <c>--json</c> was given.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    /// <returns>The exit code; null when nothing was asked of pins.</returns>
    public async Task<int?> InvokeAsync(ParseResult parsed, ApplianceConfiguration configuration, bool json, CancellationToken cancellationToken)
    {
        var (blink, watch, seconds, makeSafe) = (parsed.GetValue(_blink), parsed.GetValue(_watch), parsed.GetValue(_seconds), parsed.GetValue(_makeSafe));
        if ((blink is null ? 0 : 1) + (watch is null ? 0 : 1) + (makeSafe ? 1 : 0) > 1)
        {
            throw new UsageException("--blink, --watch and --make-safe exclude each other: one at a time.");
        }

        if (seconds is not null && blink is null && watch is null)
        {
            throw new UsageException("--seconds belongs to --blink or --watch.");
        }

        if (seconds is { } given && !(given > 0 && given <= LongestSeconds))
        {
            throw new UsageException($"--seconds is {given}; expected a number above 0 and at most {LongestSeconds}.");
        }

        if (configuration.Faults.Where(f => string.Equals(f.Section, nameof(ApplianceConfiguration.Board), StringComparison.OrdinalIgnoreCase)).ToList() is [var fault, ..]
            && (parsed.GetValue(_pins) || makeSafe || blink is not null || watch is not null))
        {
            throw new BadInputException(fault.Message);
        }

        return blink is not null ? await BlinkAsync(configuration.Board, blink, seconds ?? DefaultBlinkSeconds, json, cancellationToken)
            : watch is not null ? await WatchAsync(configuration.Board, watch, seconds, json, cancellationToken)
            : makeSafe ? await MakeSafeAsync(configuration.Board, json)
            : parsed.GetValue(_pins) ? await ListAsync(configuration.Board, json)
            : null;
    }

    private async Task<int> ListAsync(BoardOptions options, bool json)
    {
        var board = options.ProfilePath.Length == 0 ? null : BoardProfileFile.Read(options.ProfilePath);
        var report = PinsReport.Of(board is null ? null : options.ProfilePath, board?.Profile, _shell.Console.ListChips());
        if (json)
        {
            await _shell.WriteJsonAsync(report);
        }
        else
        {
            await PrintAsync(report);
        }

        return report.Ok ? ExitCodes.Success : ExitCodes.Failed;
    }

    private async Task PrintAsync(PinsReport report)
    {
        var output = _shell.Console.Out;
        if (report.Chips.Count == 0)
        {
            await output.WriteLineAsync("This machine has no GPIO chip (no /dev/gpiochip*).");
        }

        foreach (var chip in report.Chips.Where(c => c.Fault is not null))
        {
            await output.WriteLineAsync(chip.Fault);
        }

        var lines = report.Chips.SelectMany(c => c.Lines.Select(l => new[] { c.Label, c.Device, $"@{l.Offset}", l.Name, l.UsedBy is null ? "free" : $"in use by {l.UsedBy}" })).ToList();
        if (lines.Count > 0)
        {
            CliTable.Print(_shell.Console, ["chip", "device", "line", "name", "state"], lines);
        }

        if (report.Profile is null)
        {
            await output.WriteLineAsync("No board is configured: Board:ProfilePath is empty.");
            return;
        }

        await output.WriteLineAsync($"{report.Board} ({report.Profile}){(report.Simulated ? ": its lines live in memory" : "")}");
        CliTable.Print(
            _shell.Console,
            ["wired to", "direction", "chip", "line", "header pin", "active", "state"],
            report.Lines.Select(l => new[] { l.Line, l.Direction, l.Chip, l.Name, l.HeaderPin?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "", l.ActiveLow ? "low" : "high", State(l) }));
        // One reason may hold for all of them: a chip that is not there.
        foreach (var reason in report.Lines.Where(l => l.State == PinsLineState.Missing).GroupBy(l => l.Fault![(l.Fault!.IndexOf(": ", StringComparison.Ordinal) + 2)..], StringComparer.Ordinal))
        {
            await output.WriteLineAsync($"{string.Join(", ", reason.Select(l => l.Line))}: {reason.Key}");
        }
    }

    private static string State(PinsLine line) => line.State switch
    {
        PinsLineState.Free => "free",
        PinsLineState.InUse => $"in use by {line.UsedBy}",
        _ => "MISSING",
    };

    private async Task<int> BlinkAsync(BoardOptions options, string name, double seconds, bool json, CancellationToken cancellationToken)
    {
        var (board, line) = Find(options, name, output: true);
        await using var pins = _shell.Console.OpenPins(Alone(board, line));
        var pin = pins.Output(line);
        var blinks = 0;
        await SayAsync($"Blinking {line} for {seconds:0.###} s.", json);
        try
        {
            var begun = _shell.Console.Time.GetTimestamp();
            while (_shell.Console.Time.GetElapsedTime(begun).TotalSeconds < seconds)
            {
                pin.Set(active: true);
                blinks++;
                await Task.Delay(BlinkHalfPeriod, _shell.Console.Time, cancellationToken);
                pin.Set(active: false);
                await Task.Delay(BlinkHalfPeriod, _shell.Console.Time, cancellationToken);
            }
        }
        finally
        {
            pin.Set(active: false);
        }

        await DoneAsync(new BlinkAnswer(true, line.Name, blinks), $"{line.Name} blinked {blinks} times and is inactive.", json);
        return ExitCodes.Success;
    }

    private async Task<int> WatchAsync(BoardOptions options, string name, double? seconds, bool json, CancellationToken cancellationToken)
    {
        var (board, line) = Find(options, name, output: false);
        await using var pins = _shell.Console.OpenPins(Alone(board, line));
        await using var watch = pins.Watch([line]);
        await SayAsync($"Watching {line}, {(watch.Read(line) ? "active" : "inactive")} now{(seconds is null ? "; Ctrl-C ends it" : "")}.", json);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (seconds is { } given)
        {
            limit.CancelAfter(TimeSpan.FromSeconds(given));
        }

        var (edges, lost) = (0L, 0L);
        try
        {
            await foreach (var edge in watch.Edges.ReadAllAsync(limit.Token))
            {
                edges++;
                lost += edge.LostBefore;
                await PrintAsync(edge, json);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // Its time is over, or Ctrl-C: both are how it ends.
        }

        await DoneAsync(new WatchAnswer(true, line.Name, edges, lost, watch.Read(line)), $"{edges} edges, {lost} lost; {(watch.Read(line) ? "active" : "inactive")} now.", json);
        return ExitCodes.Success;
    }

    /// <summary>One line an edge; as JSON one object a line, so that a script may follow them.</summary>
    private Task PrintAsync(PinEdge edge, bool json) => _shell.Console.Out.WriteLineAsync(json
        ? System.Text.Json.JsonSerializer.Serialize(new EdgeLine(edge.TimestampNanoseconds, edge.Active, edge.LineSequence, edge.LostBefore), HsiEdgeJson.Compact)
        : $"{edge.TimestampNanoseconds / 1_000_000_000}.{edge.TimestampNanoseconds % 1_000_000_000:000000000} s  {(edge.Active ? "active" : "inactive")}  edge {edge.LineSequence}{(edge.LostBefore > 0 ? $", {edge.LostBefore} LOST before" : "")}");

    private async Task<int> MakeSafeAsync(BoardOptions options, bool json)
    {
        var (safe, faults) = (new List<string>(), new List<string>());
        if (options.ProfilePath.Length > 0)
        {
            var board = BoardProfileFile.Read(options.ProfilePath);
            foreach (var line in board.Profile.Lines.Where(l => l.IsOutput))
            {
                try
                {
                    await using var pins = _shell.Console.OpenPins(Alone(board, line));
                    pins.MakeSafe();
                    safe.Add(line.Name);
                }
                catch (PinFaultException e)
                {
                    faults.Add(e.Message);
                }
            }
        }

        foreach (var fault in faults)
        {
            await _shell.Console.Error.WriteLineAsync(fault);
        }

        var text = options.ProfilePath.Length == 0 ? "No board is configured: there is nothing to make safe."
            : faults.Count == 0 ? $"Every output is inactive: {string.Join(", ", safe)}."
            : $"OUTPUTS MAY NOT BE SAFE: {faults.Count} of {faults.Count + safe.Count} could not be driven. Switch the light source off by hand.";
        await DoneAsync(new SafeAnswer(faults.Count == 0, safe, faults), text, json);
        return faults.Count == 0 ? ExitCodes.Success : ExitCodes.Failed;
    }

    private static (BoardDescription Board, PinLine Line) Find(BoardOptions options, string name, bool output)
    {
        if (options.ProfilePath.Length == 0)
        {
            throw new BadInputException("Board:ProfilePath is empty; expected a board profile that has the line. Set it, or give it here: --Board:ProfilePath FILE.");
        }

        var board = BoardProfileFile.Read(options.ProfilePath);
        var fitting = board.Profile.Lines.Where(l => l.IsOutput == output).ToList();
        var kind = output ? "an output" : "an input";
        return fitting.Find(l => string.Equals(l.Name, name, StringComparison.OrdinalIgnoreCase)) is { } line
            ? (board, line)
            : throw new BadInputException(
                board.Profile.Lines.Any(l => string.Equals(l.Name, name, StringComparison.OrdinalIgnoreCase))
                    ? $"'{name}' is not {kind} of board profile {options.ProfilePath}; {(output ? "an input is watched: --watch" : "an output is blinked: --blink")} {name}."
                    : $"'{name}' is no line of board profile {options.ProfilePath}; {(output ? "outputs" : "inputs")} are {string.Join(", ", fitting.Select(l => l.Name))}.");
    }

    /// <summary>The board as if it had this line alone.</summary>
    private static BoardDescription Alone(BoardDescription board, PinLine line) => board with { Profile = board.Profile with { Lines = [line] }, Loopbacks = [] };

    private Task SayAsync(string text, bool json) => json ? Task.CompletedTask : _shell.Console.Out.WriteLineAsync(text);

    private Task DoneAsync(object answer, string text, bool json) => json ? _shell.WriteJsonAsync(answer) : _shell.Console.Out.WriteLineAsync(text);
}

/// <summary>What <c>doctor --blink --json</c> prints.</summary>
internal sealed record BlinkAnswer(bool Ok, string Line, int Blinks);

/// <summary>What <c>doctor --watch --json</c> prints at the end.</summary>
internal sealed record WatchAnswer(bool Ok, string Line, long Edges, long Lost, bool Active);

/// <summary>An edge as <c>doctor --watch --json</c> prints it.</summary>
internal sealed record EdgeLine(long TimestampNanoseconds, bool Active, uint Sequence, long LostBefore);

/// <summary>What <c>doctor --make-safe --json</c> prints.</summary>
internal sealed record SafeAnswer(bool Ok, IReadOnlyList<string> Safe, IReadOnlyList<string> Faults);
