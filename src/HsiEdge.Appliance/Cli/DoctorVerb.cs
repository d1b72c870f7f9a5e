using System.CommandLine;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Core;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Appliance.Cli;

/// <summary><c>hsiedge doctor</c>: is this box fit to work, and if not, what to do.</summary>
internal static class DoctorVerb
{
    public static Command Create(CliShell shell)
    {
        var (config, json) = (CliShell.ConfigOption(), CliShell.JsonOption());
        var pins = new PinsVerb(shell);
        return shell.Verb(
            "doctor",
            "Checks the box, also while its worker runs: configuration and where its settings come from, memory, data folder, worker, store, outbox, audit log, model with its self-test, plan, pins, devices, camera and its network, calibration, credentials, broker, port of the figures, clock. Says what to do. Exit 1 when anything failed.",
            json,
            config,
            pins.Symbols,
            async (parsed, cancellationToken) =>
            {
                var configuration = shell.LoadConfiguration(parsed.GetValue(config));
                if (await pins.InvokeAsync(parsed, configuration, parsed.GetValue(json), cancellationToken) is { } exitCode)
                {
                    return exitCode;
                }

                var checks = new DoctorChecks(configuration, shell.Console);
                var items = new List<DoctorItem>();
                foreach (var (name, run) in checks.All)
                {
                    items.Add(await RunAsync(name, run, cancellationToken));
                }

                var report = new DoctorReport(items.TrueForAll(i => i.State != HealthState.Failed), CliConsole.Version, items, await DoctorCamera.ListAsync(configuration.Camera, cancellationToken),
                    [.. configuration.Settings.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => new DoctorSetting(s.Key, SettingsReport.IsSecret(s.Key) ? "(set, not shown)" : s.Value ?? "", s.Origin))]);
                if (parsed.GetValue(json))
                {
                    await shell.WriteJsonAsync(report);
                }
                else
                {
                    await PrintAsync(shell.Console, report);
                }

                return report.Ok ? ExitCodes.Success : ExitCodes.Failed;
            });
    }

    /// <summary>A fault within a check is that check's finding.</summary>
    private static async Task<DoctorItem> RunAsync(string name, Func<CancellationToken, Task<DoctorItem>> run, CancellationToken cancellationToken)
    {
        try
        {
            return await run(cancellationToken);
        }
        catch (Exception e) when (e is BadInputException or StoreFaultException or PinFaultException or IOException or UnauthorizedAccessException)
        {
            return DoctorItem.Failed(name, e.Message, "Correct what is named, then run doctor again.");
        }
    }

    private static async Task PrintAsync(CliConsole console, DoctorReport report)
    {
        CliTable.Print(console, ["check", "state", "found"], report.Items.Select(i => new[] { i.Check, i.State == HealthState.Failed ? "FAILED" : ResultText.Word(i.State), i.Found }));
        foreach (var item in report.Items.Where(i => i.State != HealthState.Ok))
        {
            await console.Out.WriteLineAsync($"{item.Check}: {item.Advice}");
        }

        if (report.Cameras.Count > 0)
        {
            CliTable.Print(console, ["camera", "serial", "address", "protocol"], report.Cameras.Select(c => new[] { $"{c.Vendor} {c.Model}", c.Serial, c.Address, c.Protocol }));
        }

        var failed = report.Items.Count(i => i.State == HealthState.Failed);
        await console.Out.WriteLineAsync(failed == 0 ? "Nothing failed. For research use only." : $"{failed} of {report.Items.Count} checks failed.");
    }
}
