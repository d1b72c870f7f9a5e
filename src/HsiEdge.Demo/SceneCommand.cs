using System.CommandLine;
using System.Globalization;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.Scene;

namespace HsiEdge.Demo;

/// <summary><c>scene</c>: a GigE Vision camera that looks at digital tissue, as a process of its own.</summary>
internal static class SceneCommand
{
    /// <summary>What standard input takes, one command a line.</summary>
    private const string Commands = "t (trigger), view tissue|white|covered, pose N, drop N (ignore triggers), freeze, go";

    private const int MostAttempts = 300;
    private static readonly TimeSpan AttemptPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Describes the verb.</summary>
    /// <param name="guard">Turns faults into messages and exit codes.</param>
    public static Command Create(Func<Func<Task<int>>, Task<int>> guard)
    {
        var address = Text("--address", "IP", "127.0.0.1", "Address of this host on which the camera answers: one camera an address.");
        var serial = Text("--serial", "SERIAL", "HSI-SCENE-1", "Serial number of the camera.");
        var plan = new Option<FileInfo>("--plan") { HelpName = "PLAN", Required = true, Description = "Scan plan whose bands it shows." };
        var size = Text("--size", "SxL", "160x128", "Samples and lines of a frame.");
        var seed = new Option<int>("--seed") { HelpName = "N", Description = "Seed of patient, instrument and noise; 1 by default.", DefaultValueFactory = _ => 1 };
        var patient = new Option<int>("--patient") { HelpName = "N", Description = "Which digital patient; 1 by default.", DefaultValueFactory = _ => 1 };
        var wires = new Option<FileInfo?>("--board-socket") { HelpName = "PATH", Description = "Socket of a simulated board: cameraTrigger triggers, sourceStep chooses the band, exposureActive shows the exposure." };
        var command = new Command("scene", $"A GigE Vision camera that looks at digital tissue (synthetic), until its standard input ends. Takes on standard input: {Commands}.")
        {
            address, serial, plan, size, seed, patient, wires,
        };
        command.SetAction((parsed, token) => guard(async () =>
        {
            var (samples, lines) = ParseSize(parsed.GetValue(size)!);
            var options = new SceneServerOptions
            {
                Address = parsed.GetValue(address)!,
                Serial = parsed.GetValue(serial)!,
                Plan = ScanPlanFile.Read(parsed.GetValue(plan)!.FullName),
                Lines = lines,
                Samples = samples,
                Seed = (ulong)Math.Max(0, parsed.GetValue(seed)),
                Patient = Math.Max(0, parsed.GetValue(patient)),
            };
            return await ServeAsync(options, parsed.GetValue(wires)?.FullName, token);
        }));
        return command;
    }

    private static async Task<int> ServeAsync(SceneServerOptions options, string? boardSocket, CancellationToken stopping)
    {
        using var server = SceneServer.Start(options);
        await using var wires = boardSocket is null ? null : await ConnectAsync(server, options.Plan, boardSocket, stopping);
        await Console.Out.WriteLineAsync($"serving {options.Serial} at {options.Address} (synthetic)");
        using var input = new StreamReader(Console.OpenStandardInput());
        try
        {
            while (await input.ReadLineAsync(stopping) is { } line)
            {
                if (!Obey(server, line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
                {
                    await Console.Error.WriteLineAsync($"'{line}' is not understood; expected {Commands}.");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }

        return 0;
    }

    /// <summary>The box may be started after its camera: it offers its wires when it opens its board.</summary>
    private static async Task<SceneWires> ConnectAsync(SceneServer server, ScanPlan plan, string boardSocket, CancellationToken stopping)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await SceneWires.ConnectAsync(server, plan, boardSocket, stopping);
            }
            catch (BadInputException) when (attempt < MostAttempts)
            {
                await Task.Delay(AttemptPause, stopping);
            }
        }
    }

    private static bool Obey(SceneServer server, string[] words)
    {
        switch (words)
        {
            case ["t"]:
                server.Trigger();
                return true;
            case ["view", "tissue"]:
                server.Show(SceneView.Tissue);
                return true;
            case ["view", "white"]:
                server.Show(SceneView.WhiteTarget);
                return true;
            case ["view", "covered"]:
                server.Show(SceneView.Covered);
                return true;
            case ["pose", var pose] when int.TryParse(pose, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                server.TurnTo(number);
                return true;
            case ["drop", var count] when int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                server.Ignore(number);
                return true;
            case ["freeze"]:
                server.Freeze(true);
                return true;
            case ["go"]:
                server.Freeze(false);
                return true;
            default:
                return false;
        }
    }

    private static (int Samples, int Lines) ParseSize(string text)
    {
        var parts = text.Split('x');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var samples) && samples is >= 8 and <= 2048
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var lines) && lines is >= 8 and <= 2048
            ? (samples, lines)
            : throw new BadInputException($"--size is '{text}'; expected SAMPLESxLINES, each 8 to 2048, such as 160x128.");
    }

    private static Option<string> Text(string name, string help, string value, string description) =>
        new(name) { HelpName = help, Description = $"{description} {value} by default.", DefaultValueFactory = _ => value };
}
