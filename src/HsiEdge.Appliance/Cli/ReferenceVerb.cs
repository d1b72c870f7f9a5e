using System.CommandLine;
using System.Globalization;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Hosting;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Appliance.Cli;

/// <summary><c>hsiedge reference</c>: takes dark and white references with the configured camera while no worker holds it.</summary>
internal static class ReferenceVerb
{
    public static Command Create(CliShell shell) =>
        new("reference", "Takes the references that turn counts into reflectance. The worker must not run; it takes them by command (reference-dark, reference-white).")
        {
            Kind(shell, white: false, "dark", "Takes the dark reference: switches the light off where the plan can; else cover the lens first."),
            Kind(shell, white: true, "white", "Takes the white reference of the target in view, after the dark one, and stores the set."),
        };

    private static Command Kind(CliShell shell, bool white, string name, string description)
    {
        var (config, json) = (CliShell.ConfigOption(), CliShell.JsonOption());
        var averages = new Option<int>("--averages")
        {
            HelpName = "N",
            Description = "Captures averaged, 1 to 256.",
            DefaultValueFactory = _ => ReferenceSession.DefaultAverages,
        };
        return shell.Verb(name, description, json, config, [averages], async (parsed, cancellationToken) =>
        {
            var configuration = shell.LoadConfiguration(parsed.GetValue(config));
            if (ValidateVerb.AllFaults(configuration, shell.Console) is [var fault, ..])
            {
                throw new BadInputException(fault.Message);
            }

            var taken = await TakeAsync(configuration, white, parsed.GetValue(averages), cancellationToken);
            if (parsed.GetValue(json))
            {
                await shell.WriteJsonAsync(new ReferenceReport(true, taken.Kind, taken.Set?.Id, taken.Checks));
                return ExitCodes.Success;
            }

            CliTable.Print(shell.Console, ["check", "found", "expected"], taken.Checks.Select(c => (string[])[c.Name, Text(c.Value), c.Lowest is { } low ? $"≥ {Text(low)}" : $"≤ {Text(c.Highest!.Value)}"]));
            await shell.Console.Out.WriteLineAsync(
                taken.Set is { } set ? $"The references {set.Id} are stored; the worker uses them from its next start." : "The dark reference is stored. Show the white target, then 'hsiedge reference white'.");
            return ExitCodes.Success;
        });
    }

    private static async Task<TakenReference> TakeAsync(ApplianceConfiguration configuration, bool white, int averages, CancellationToken cancellationToken)
    {
        var (time, logs) = (TimeProvider.System, NullLoggerFactory.Instance);
        await using var stages = new TeardownStack();
        var board = await ReferenceBoard.OpenAsync(configuration, stages, stages.Own(new PipelineMetrics()), time, logs, cancellationToken);
        var camera = ApplianceCamera.Create(configuration, board, time, logs);
        stages.Own(camera.Source);
        await camera.Source.OpenAsync(cancellationToken);
        var stored = new StoredReferences(
            Path.Combine(Path.GetFullPath(configuration.Store.DataFolder), "calibration"), configuration.Processing.MaximumCalibrationAgeHours,
            configuration.Processing.WavelengthToleranceNanometres, configuration.Processing.MaximumTemperatureDriftCelsius, new UlidGenerator(time), new HealthBoard(time), time, NullLogger.Instance);
        try
        {
            return await new ReferenceSession(camera, stored, configuration.Acquire.FrameTimeoutMilliseconds).TakeAsync(white, averages, cancellationToken);
        }
        catch (InterlockOpenException e)
        {
            throw new CameraFaultException(e.Message, e);
        }
    }

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}

/// <summary>What <c>reference --json</c> prints.</summary>
/// <param name="Ok">True.</param>
/// <param name="Kind">"dark" or "white".</param>
/// <param name="CalibrationId">The whole set; null while the white is missing.</param>
/// <param name="Checks">How it was judged.</param>
internal sealed record ReferenceReport(bool Ok, string Kind, string? CalibrationId, IReadOnlyList<ReferenceCheck> Checks);
