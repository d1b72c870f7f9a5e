using System.CommandLine;
using System.Globalization;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Appliance.Cli;

/// <summary><c>hsiedge bench trigger</c>: how well this board keeps its pulses in time, and whether that holds a scan plan.</summary>
internal static class BenchVerb
{
    private const int DefaultPulses = 1000;
    private const double DefaultWidthMicroseconds = 500;
    private const double DefaultSpacingMicroseconds = 5000;
    private const int BarWidth = 40;

    public static Command Create(CliShell shell) => new("bench", "Measures this box.") { CreateTrigger(shell) };

    private static Command CreateTrigger(CliShell shell)
    {
        var pulses = new Option<int>("--pulses") { HelpName = "N", Description = "How many.", DefaultValueFactory = _ => DefaultPulses };
        var width = new Option<double?>("--width-us") { HelpName = "W", Description = $"Width of a pulse in µs; the plan's, else {DefaultWidthMicroseconds}." };
        var spacing = new Option<double?>("--spacing-us") { HelpName = "S", Description = $"From pulse to pulse in µs; the plan's, else {DefaultSpacingMicroseconds}." };
        var plan = new Option<FileInfo>("--plan") { HelpName = "PLAN", Description = "Scan plan whose pulses are measured; says whether the board holds it." };
        var (config, json) = (CliShell.ConfigOption(), CliShell.JsonOption());
        return shell.Verb(
            "trigger",
            "Pulses the line cameraTrigger, looped back by a wire to exposureActive, and measures width and spacing by the kernel's time. Exit 1 when edges are lost or the plan is not held. Not while the worker runs.",
            json,
            config,
            [pulses, width, spacing, plan],
            async (parsed, cancellationToken) =>
            {
                var file = parsed.GetValue(plan);
                var scan = file is null ? null : ScanPlanFile.Read(file.FullName);
                var request = Request(parsed.GetValue(pulses), parsed.GetValue(width), parsed.GetValue(spacing), scan);
                var report = await MeasureAsync(shell, BoardOf(shell.LoadConfiguration(parsed.GetValue(config))), request, cancellationToken);
                var faults = Judge(report, scan);
                if (parsed.GetValue(json))
                {
                    await shell.WriteJsonAsync(new BenchTrigger(faults.Count == 0, scan?.Name, faults, report));
                }
                else
                {
                    await PrintAsync(shell.Console.Out, report, scan, faults);
                }

                return faults.Count == 0 ? ExitCodes.Success : ExitCodes.Failed;
            });
    }

    private static BoardOptions BoardOf(ApplianceConfiguration configuration)
    {
        var fault = configuration.Faults.FirstOrDefault(f => string.Equals(f.Section, nameof(ApplianceConfiguration.Board), StringComparison.OrdinalIgnoreCase));
        return fault is not null ? throw new BadInputException(fault.Message)
            : configuration.Board.ProfilePath.Length == 0 ? throw new BadInputException("No board is configured: Board:ProfilePath is empty; name the profile of this board.")
            : configuration.Board;
    }

    private static TriggerBenchRequest Request(int pulses, double? width, double? spacing, ScanPlan? plan)
    {
        if (plan is not null and not { Trigger: LineTrigger })
        {
            throw new BadInputException($"Scan plan '{plan.Name}' sends no pulses on a line; expected trigger.kind line.");
        }

        var line = plan?.Trigger as LineTrigger;
        var request = new TriggerBenchRequest(
            pulses,
            width ?? line?.PulseMicroseconds ?? DefaultWidthMicroseconds,
            spacing ?? line?.SpacingMicroseconds ?? (plan is null ? DefaultSpacingMicroseconds : plan.SettleMicroseconds + plan.ExposureMicroseconds.Max() + line!.PulseMicroseconds));
        return request is { Pulses: >= 1 and <= 1_000_000, WidthMicroseconds: > 0 and <= 1_000_000, SpacingMicroseconds: <= 10_000_000 } && request.SpacingMicroseconds > request.WidthMicroseconds
            ? request
            : throw new UsageException(
                $"--pulses {request.Pulses}, --width-us {request.WidthMicroseconds}, --spacing-us {request.SpacingMicroseconds}; expected 1 to 1000000 pulses, widths up to 1 s, and a spacing above the width, up to 10 s.");
    }

    private static async Task<TriggerBenchReport> MeasureAsync(CliShell shell, BoardOptions options, TriggerBenchRequest request, CancellationToken cancellationToken)
    {
        var description = BoardProfileFile.Read(options.ProfilePath);
        if (description.Profile is { Simulated: true } profile && profile.Find(PinRole.CameraTrigger) is { } from && profile.Find(PinRole.ExposureActive) is { } to)
        {
            description = description with { Loopbacks = [new Loopback(to, from)] };
        }

        await using var pins = shell.Console.OpenPins(description);
        await using var pulses = new PulseThread(
            new PulseThreadOptions { Priority = options.PulsePriority, Cpu = options.PulseCpu, LockMemory = options.LockMemory }, NullLogger<PulseThread>.Instance);
        return await TriggerBench.RunAsync(pins, pulses, request, cancellationToken);
    }

    /// <summary>What a camera and a light source would suffer from.</summary>
    private static List<string> Judge(TriggerBenchReport report, ScanPlan? plan)
    {
        var faults = new List<string>();
        if (report.LostEdges > 0)
        {
            faults.Add($"{report.LostEdges} of {2 * report.Request.Pulses} edges were lost: check the wire, its pull resistor and the load on the box.");
        }

        if (report.ShortestPulseMicroseconds < report.Request.WidthMicroseconds / 2)
        {
            faults.Add(Invariant($"The narrowest pulse had {report.ShortestPulseMicroseconds:0.0} µs, less than half of {report.Request.WidthMicroseconds:0.#} µs: a camera may miss it; take wider pulses."));
        }

        if (plan?.Trigger is LineTrigger { SpacingMicroseconds: not null })
        {
            var needed = plan.SettleMicroseconds + plan.ExposureMicroseconds.Max();
            if (report.ShortestSpacingMicroseconds < needed)
            {
                faults.Add(Invariant(
                    $"The shortest spacing was {report.ShortestSpacingMicroseconds:0.0} µs; plan '{plan.Name}' needs {needed:0.#} µs to settle and to expose: take a larger trigger.spacingMicroseconds or leave it out."));
            }
        }

        return faults;
    }

    private static async Task PrintAsync(TextWriter output, TriggerBenchReport report, ScanPlan? plan, List<string> faults)
    {
        await output.WriteLineAsync(Invariant(
            $"{report.Board}{(report.Simulated ? " (SIMULATED: figures of this program alone)" : "")}: {report.Request.Pulses} pulses of {report.Request.WidthMicroseconds:0.#} µs, {report.Request.SpacingMicroseconds:0.#} µs apart; {report.Edges} edges came back, {report.LostEdges} lost"));
        await output.WriteLineAsync("error in µs      p50      p95      p99    p99.9      max");
        await output.WriteLineAsync(Row("width", report.WidthError));
        await output.WriteLineAsync(Row("spacing", report.SpacingError));
        var most = report.SpacingHistogram.Select(b => b.Count).DefaultIfEmpty(1).Max();
        foreach (var bin in report.SpacingHistogram)
        {
            await output.WriteLineAsync(Invariant($"{bin.FromMicroseconds,9:0} – {bin.ToMicroseconds,-9:0} {bin.Count,8} {new string('#', (int)Math.Ceiling(BarWidth * (double)bin.Count / most))}"));
        }

        foreach (var fault in faults)
        {
            await output.WriteLineAsync(fault);
        }

        if (faults.Count == 0)
        {
            await output.WriteLineAsync(plan is null ? "No edge was lost and no pulse was too narrow." : $"The board holds plan '{plan.Name}'.");
        }
    }

    private static string Row(string name, Percentiles p) => Invariant($"{name,-11} {p.P50,8:0.0} {p.P95,8:0.0} {p.P99,8:0.0} {p.P999,8:0.0} {p.Max,8:0.0}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What <c>bench trigger --json</c> prints.</summary>
/// <param name="Ok">Whether the board holds what was asked.</param>
/// <param name="Plan">Name of the plan, or null.</param>
/// <param name="Faults">Why not.</param>
/// <param name="Measured">The figures.</param>
internal sealed record BenchTrigger(bool Ok, string? Plan, IReadOnlyList<string> Faults, TriggerBenchReport Measured);
