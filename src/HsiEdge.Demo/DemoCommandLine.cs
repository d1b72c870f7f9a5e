using System.CommandLine;
using System.Globalization;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Record;

namespace HsiEdge.Demo;

/// <summary>The demo's command line, and the place where its faults become messages and exit codes.</summary>
internal static class DemoCommandLine
{
    private const int Failed = 1;
    private const int WrongUsage = 2;
    private const int DefaultIntervalMilliseconds = 500;

    /// <summary>Parses and runs.</summary>
    public static Task<int> InvokeAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var cycles = Number("--cycles", "N", 1, 1_000_000, "Stop after N results; without it, run until Ctrl-C.");
        var camera = new Option<DemoCamera>("--camera") { HelpName = "phantom|gige", Description = "Camera path: phantom is digital tissue in the process; gige is the same tissue through a GigE Vision camera of software, a footswitch and pulses on a simulated board (both synthetic).", DefaultValueFactory = _ => DemoCamera.Phantom };
        var port = Number("--port", "PORT", 0, 65_535, "TCP port of the embedded broker on 127.0.0.1; by default (0) a free one.");
        var folder = new Option<DirectoryInfo?>("--out") { HelpName = "DIR", Description = "Folder for the store, overlays and messages, new or empty; by default a fresh one in the temporary folder." };
        var interval = Number("--interval-ms", "MS", 10, 3_600_000, $"Time between two triggers in ms; {DefaultIntervalMilliseconds} by default.");

        var root = new RootCommand("HsiEdge on your desk: broker, appliance, camera and a subscriber in one process, all simulated on loopback. For research use only.")
        {
            cycles, camera, port, folder, interval,
        };
        root.Add(SceneCommand.Create(GuardAsync));
        root.SetAction((parsed, token) => GuardAsync(() => RunAsync(
            new DemoOptions(
                parsed.GetValue(cycles),
                parsed.GetValue(camera),
                parsed.GetValue(port) ?? 0,
                parsed.GetValue(folder)?.FullName ?? FreshFolder(),
                parsed.GetValue(interval) ?? DefaultIntervalMilliseconds),
            token)));
        var result = root.Parse(arguments);
        if (result.Errors.Count > 0)
        {
            return RefuseAsync(result);
        }

        return result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellationToken);
    }

    private static async Task<int> RefuseAsync(ParseResult result)
    {
        foreach (var message in result.Errors.Select(e => e.Message).Distinct(StringComparer.Ordinal))
        {
            await Console.Error.WriteLineAsync(message);
        }

        await Console.Error.WriteLineAsync("'--help' tells how the demo is used.");
        return WrongUsage;
    }

    private static Task<int> RunAsync(DemoOptions options, CancellationToken cancellationToken) =>
        new DemoRun(options, Console.Out, TimeProvider.System).RunAsync(cancellationToken);

    private static async Task<int> GuardAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is BadInputException or StoreFaultException or CameraFaultException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Failed;
        }
    }

    private static Option<int?> Number(string name, string helpName, int minimum, int maximum, string description) => new(name)
    {
        HelpName = helpName,
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum)
            {
                return value;
            }

            result.AddError($"{name} is '{text}'; expected a number from {minimum} to {maximum}.");
            return null;
        },
    };

    private static string FreshFolder() => Directory.CreateTempSubdirectory("hsiedge-demo-").FullName;
}
