using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Appliance.Cli;

/// <summary>What every verb runs in: the console, the configuration of the command line, and one place where faults become messages and exit codes.</summary>
/// <param name="console">Streams, environment and time.</param>
/// <param name="settings"><c>--Section:Key value</c> arguments.</param>
internal sealed class CliShell(CliConsole console, IReadOnlyList<string> settings)
{
    /// <summary>Streams, environment and time.</summary>
    public CliConsole Console { get; } = console;

    /// <summary>Makes a verb whose faults are caught here.</summary>
    /// <param name="name">Its word.</param>
    /// <param name="description">First line of its help.</param>
    /// <param name="json">Its <c>--json</c>, or null where it prints no result.</param>
    /// <param name="config">Its <c>--config</c>, or null where it reads no configuration.</param>
    /// <param name="symbols">Its arguments and options.</param>
    /// <param name="action">What it does.</param>
    public Command Verb(
        string name,
        string description,
        Option<bool>? json,
        Option<FileInfo>? config,
        IReadOnlyList<Symbol> symbols,
        Func<ParseResult, CancellationToken, Task<int>> action)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        if (config is not null)
        {
            command.Add(config);
        }

        if (json is not null)
        {
            command.Add(json);
        }

        command.SetAction((parsed, cancellationToken) => GuardAsync(
            json is not null && parsed.GetValue(json),
            async () =>
            {
                if (config is null && settings.Count > 0)
                {
                    throw new UsageException($"'{name}' reads no configuration; '{settings[0]}' has no meaning here.");
                }

                return await action(parsed, cancellationToken);
            }));
        return command;
    }

    /// <summary>A verb's <c>--json</c>.</summary>
    public static Option<bool> JsonOption() =>
        new("--json") { Description = "Print the result (or the error) as JSON on standard output." };

    /// <summary>A verb's <c>--config</c>.</summary>
    public static Option<FileInfo> ConfigOption() => new("--config")
    {
        HelpName = "FILE",
        Description = "Configuration file instead of /etc/hsiedge/appsettings.json. Single keys: --Section:Key VALUE.",
    };

    /// <summary>Arguments for the configuration: <c>--config</c> and the settings.</summary>
    /// <param name="file">Value of <c>--config</c>, or null.</param>
    public IReadOnlyList<string> ConfigurationArguments(FileInfo? file) =>
        file is null ? settings : ["--config", file.FullName, .. settings];

    /// <summary>Loads the configuration without judging it.</summary>
    /// <param name="file">Value of <c>--config</c>, or null.</param>
    public ApplianceConfiguration LoadConfiguration(FileInfo? file) =>
        ApplianceConfiguration.Load(ConfigurationArguments(file), Console.Environment, Console.ProgramFolder);

    /// <summary>Prints a result as indented JSON.</summary>
    /// <param name="value">The result.</param>
    public Task WriteJsonAsync(object value) =>
        Console.Out.WriteLineAsync(JsonSerializer.Serialize(value, value.GetType(), HsiEdgeJson.Indented));

    /// <summary>Prints an error to standard error, and with <c>--json</c> also as JSON to standard output.</summary>
    /// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
    /// <param name="message">For the person at the console.</param>
    /// <param name="json">Whether <c>--json</c> was given.</param>
    public async Task<int> FailAsync(int exitCode, string message, bool json)
    {
        await Console.Error.WriteLineAsync(message);
        if (json)
        {
            await WriteJsonAsync(new CliError(false, exitCode, message));
        }

        return exitCode;
    }

    private async Task<int> GuardAsync(bool json, Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (OperationCanceledException)
        {
            return await FailAsync(ExitCodes.Cancelled, "Cancelled.", json);
        }
        catch (Exception e) when (Classify(e) is { } fault)
        {
            return await FailAsync(fault.ExitCode, fault.Message, json);
        }
    }

    /// <summary>Faults that are expected in the field. Anything else is a defect and ends the process with its trace.</summary>
    private static (int ExitCode, string Message)? Classify(Exception exception) => exception switch
    {
        UsageException e => (ExitCodes.WrongUsage, e.Message),
        BadInputException e => (ExitCodes.BadInput, e.Message),
        StoreFaultException or CameraFaultException or PinFaultException => (ExitCodes.Failed, exception.Message),
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } e =>
            (ExitCodes.Failed, $"{e.Message.TrimEnd('.')}. Another program uses the port: stop it, or configure another port."),
        IOException { InnerException: SocketException } or SocketException or IOException or UnauthorizedAccessException => (ExitCodes.Failed, exception.Message),
        AggregateException { InnerExceptions: [var only] } => Classify(only),
        _ => null,
    };
}

/// <summary>An error as <c>--json</c> prints it.</summary>
/// <param name="Ok">False.</param>
/// <param name="ExitCode">Exit code of the process.</param>
/// <param name="Error">The message.</param>
internal sealed record CliError(bool Ok, int ExitCode, string Error);
