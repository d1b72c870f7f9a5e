using System.CommandLine;
using HsiEdge.Core;

namespace HsiEdge.ModelBuilder.Cli;

/// <summary>
/// The researcher's verbs. Exit codes: 0 success, 1 the thing failed, 2 wrong usage, 3 bad input, 130 stopped. Results go to the output,
/// progress and complaints to the error stream.
/// </summary>
public static class ModelBuilderCli
{
    /// <summary>Success.</summary>
    public const int Success = 0;

    /// <summary>The thing failed.</summary>
    public const int Failure = 1;

    /// <summary>Wrong usage.</summary>
    public const int WrongUsage = 2;

    /// <summary>Bad input.</summary>
    public const int BadInput = 3;

    /// <summary>Stopped by Ctrl-C or SIGTERM before it was done (128 + SIGINT, as shells have it).</summary>
    public const int Cancelled = 130;

    /// <summary>Runs a verb. Ctrl-C and SIGTERM stop it.</summary>
    /// <param name="arguments">Verb and options.</param>
    /// <param name="output">Receives results.</param>
    /// <param name="error">Receives progress and complaints.</param>
    /// <param name="cancellationToken">Stops the verb.</param>
    /// <returns>Exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        // ONNX Runtime carries telemetry; it reads this before its library loads.
        Environment.SetEnvironmentVariable("ORT_DISABLE_TELEMETRY", "1");
        var terminal = new Terminal(output, error);
        var root = new RootCommand("Makes models for HsiEdge from labelled hyperspectral data. Research use only.")
        {
            PhantomCommand.Create(terminal),
            TrainCommand.Create(terminal),
            QuantizeCommand.Create(terminal),
            PackCommand.Create(terminal),
            InspectCommand.Create(terminal),
        };
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var complaint in parsed.Errors)
            {
                await error.WriteLineAsync(complaint.Message);
            }

            await error.WriteLineAsync($"Try hsiedge-model {parsed.CommandResult.Command switch { RootCommand => "", var c => c.Name + " " }}--help.");
            return WrongUsage;
        }

        var invocation = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) };
        try
        {
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }
        catch (BadInputException complaint)
        {
            await error.WriteLineAsync(complaint.Message);
            return BadInput;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Stopped; nothing was written.");
            return Cancelled;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(failure.Message);
            return Failure;
        }
    }
}
