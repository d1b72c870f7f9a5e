using System.Text.Json;
using HsiEdge.Appliance.Cli;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;

namespace HsiEdge.Tests.Cli;

/// <summary>One command line carried out in this process, with its streams caught.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Error)
{
    /// <summary>The JSON on standard output.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public static Task<CliRun> OfAsync(params string[] arguments) => WithAsync(new Dictionary<string, string>(), arguments);

    public static async Task<CliRun> WithAsync(
        IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> arguments, string? programFolder = null,
        Func<IReadOnlyList<GpioChip>>? chips = null, Func<BoardDescription, IBoardPins>? openPins = null, CancellationToken cancellationToken = default)
    {
        var machine = CliConsole.OfProcess();
        var (output, error) = (new StringWriter(), new StringWriter());
        var console = new CliConsole
        {
            Out = TextWriter.Synchronized(output),
            Error = TextWriter.Synchronized(error),
            Environment = environment,
            ProgramFolder = programFolder ?? Path.Combine(AppContext.BaseDirectory, "no-such-folder"),
            ListChips = chips ?? machine.ListChips,
            OpenPins = openPins ?? machine.OpenPins,
        };
        var exitCode = await CommandLineApp.InvokeAsync(arguments, console, cancellationToken);
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }

    public override string ToString() => $"exit {ExitCode}\n--- out\n{Out}\n--- error\n{Error}";
}
