using System.Collections;
using System.Reflection;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;
using HsiEdge.Devices.Kernel;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Appliance.Cli;

/// <summary>Everything a verb sees of the process it runs in: its streams, its environment, the time. Tests bring their own.</summary>
public sealed class CliConsole
{
    /// <summary>Results: what a script reads.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Errors, warnings and progress.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal that can redraw a progress bar.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>Width of <see cref="Out"/> in characters; tables of a file or pipe are as wide as they need.</summary>
    public int OutWidth { get; init; } = 200;

    /// <summary>Source of the time.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Variables of the process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Folder of the program, with its <c>appsettings.json</c> and <c>models</c>.</summary>
    public string ProgramFolder { get; init; } = AppContext.BaseDirectory;

    /// <summary>GPIO chips of the machine.</summary>
    internal Func<IReadOnlyList<GpioChip>> ListChips { get; init; } = () => GpioChips.List(LinuxSystemCalls.Instance);

    /// <summary>Opens lines of a board.</summary>
    internal Func<BoardDescription, IBoardPins> OpenPins { get; init; } = board => BoardPins.Open(board, "", NullLoggerFactory.Instance);

    /// <summary>Version of the program.</summary>
    public static string Version { get; } =
        typeof(CliConsole).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>The console of this process.</summary>
    public static CliConsole OfProcess()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return new CliConsole
        {
            Out = Console.Out,
            Error = Console.Error,
            IsErrorTerminal = !Console.IsErrorRedirected,
            OutWidth = Console.IsOutputRedirected ? 200 : Math.Max(60, Console.WindowWidth),
            Environment = environment,
        };
    }
}
