using System.CommandLine;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Delivery.Publish;
using HsiEdge.Devices.Gpio;
using HsiEdge.Inference.Bundle;

namespace HsiEdge.Appliance.Cli;

/// <summary><c>hsiedge validate</c>: every problem of the configuration at once, and the time budget of its scan plan; nothing started.</summary>
internal static class ValidateVerb
{
    public static Command Create(CliShell shell)
    {
        var (config, json) = (CliShell.ConfigOption(), CliShell.JsonOption());
        return shell.Verb(
            "validate",
            "Checks the whole configuration with the scan plan and the model bundle that it names. Starts nothing. Exit 3 when anything is wrong.",
            json,
            config,
            [],
            async (parsed, cancellationToken) =>
            {
                var configuration = shell.LoadConfiguration(parsed.GetValue(config));
                var faults = await WorkProgress.RunAsync(shell.Console, "validating", _ => AllFaults(configuration, shell.Console), cancellationToken);
                var budget = faults.Count == 0 && PlanChecks.PlanOf(configuration) is { } plan ? new PlanBudgetReport(plan) : null;
                var report = new ValidationReport(
                    faults.Count == 0, configuration.Files, faults, configuration.Values.ToDictionary(v => v.Key, v => v.Value), budget);
                if (parsed.GetValue(json))
                {
                    await shell.WriteJsonAsync(report);
                }

                foreach (var fault in faults)
                {
                    await shell.Console.Error.WriteLineAsync(fault.Message);
                }

                if (report.Ok && !parsed.GetValue(json))
                {
                    var sources = report.Files.Count == 0 ? "no file" : string.Join(", ", report.Files);
                    await shell.Console.Out.WriteLineAsync($"The configuration is valid ({sources}).");
                    budget?.Print(shell.Console);
                }

                return report.Ok ? ExitCodes.Success : ExitCodes.BadInput;
            });
    }

    /// <summary>Faults of the options, then of the files that sound options name.</summary>
    /// <param name="configuration">As loaded.</param>
    /// <param name="console">For the program's folder.</param>
    internal static IReadOnlyList<ValidationFault> AllFaults(ApplianceConfiguration configuration, CliConsole console)
    {
        var faults = configuration.Faults.Select(f => new ValidationFault(f.Key, f.Message, f.Layer)).ToList();
        CheckFile(faults, "Camera:PlanPath", configuration.Camera.PlanPath, path => _ = ScanPlanFile.Read(path));
        CheckFile(faults, "Board:ProfilePath", configuration.Board.ProfilePath, path => _ = BoardProfileFile.Read(path));
        if (faults.Count == 0)
        {
            faults.AddRange(PlanChecks.Reasons(configuration).Select(r => new ValidationFault("Camera:PlanPath", $"Camera:PlanPath: {configuration.Camera.PlanPath}: {r}.", null)));
        }

        CheckFile(faults, "Mqtt", configuration.Mqtt.Host, _ => BrokerProbe.CheckCredentials(configuration.Mqtt));
        CheckFile(
            faults,
            "Model:BundlePath",
            ModelFiles.BundlePath(configuration.Model, console.ProgramFolder),
            path => _ = ModelBundleReader.ReadParts(path, ModelFiles.Trust(configuration.Model)));
        CheckFile(faults, "Store:DataFolder", configuration.Store.DataFolder, RequireWritable);
        return faults;
    }

    /// <summary>The folder can be written, or its nearest ancestor can, so that the worker can make it; nothing is left behind.</summary>
    private static void RequireWritable(string folder)
    {
        var nearest = Path.GetFullPath(folder);
        while (!Path.Exists(nearest) && Path.GetDirectoryName(nearest) is { } parent)
        {
            nearest = parent;
        }

        try
        {
            using var probe = new FileStream(
                Path.Combine(nearest, $".validate-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{folder} cannot be written: {e.Message} Run this as the service's user; give that user the folder (install -d -o hsiedge -g hsiedge {folder}), or name another.");
        }
    }

    private static void CheckFile(List<ValidationFault> faults, string key, string path, Action<string> read)
    {
        if (path.Length == 0 || faults.Exists(f => f.Key.StartsWith(key.Split(':')[0], StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }

        try
        {
            read(path);
        }
        catch (BadInputException e)
        {
            faults.Add(new ValidationFault(key, e.Message.StartsWith(key, StringComparison.Ordinal) ? e.Message : $"{key}: {e.Message}", null));
        }
    }
}

/// <summary>What <c>validate --json</c> prints.</summary>
/// <param name="Ok">Whether nothing is wrong.</param>
/// <param name="Files">Configuration files that were read.</param>
/// <param name="Faults">Everything that is wrong.</param>
/// <param name="Values">Every key with its value.</param>
/// <param name="Budget">Time of a capture as far as it is known without hardware; null when something is wrong or the camera needs no plan.</param>
internal sealed record ValidationReport(
    bool Ok, IReadOnlyList<string> Files, IReadOnlyList<ValidationFault> Faults, IReadOnlyDictionary<string, object?> Values, PlanBudgetReport? Budget);

/// <summary>One thing that is wrong.</summary>
/// <param name="Key">The key, or the file.</param>
/// <param name="Message">What was found, what was expected, what to do.</param>
/// <param name="Layer">Where the value stands; null for a file's content.</param>
internal sealed record ValidationFault(string Key, string Message, ConfigurationLayer? Layer);
