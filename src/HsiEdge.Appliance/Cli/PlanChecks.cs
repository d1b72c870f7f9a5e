using System.Globalization;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.Gpio;
using HsiEdge.Devices.Phantom;

namespace HsiEdge.Appliance.Cli;

/// <summary>What can be said of the configured scan plan before any hardware is opened.</summary>
internal static class PlanChecks
{
    /// <summary>The plan by which the configured camera takes cubes; null for recordings.</summary>
    /// <exception cref="Core.BadInputException">It cannot be read.</exception>
    public static ScanPlan? PlanOf(ApplianceConfiguration configuration) => configuration.Camera switch
    {
        { Source: CameraSource.Replay } => null,
        { PlanPath.Length: > 0 } camera => ScanPlanFile.Read(camera.PlanPath),
        { Source: CameraSource.Phantom } => PhantomCameraOptions.DefaultPlan,
        _ => null,
    };

    /// <summary>Why the configured board cannot hold the plan. The phantom needs no board.</summary>
    /// <exception cref="Core.BadInputException">Plan or profile cannot be read.</exception>
    public static IReadOnlyList<string> Reasons(ApplianceConfiguration configuration)
    {
        if (configuration.Camera.Source == CameraSource.Phantom || PlanOf(configuration) is not { } plan)
        {
            return [];
        }

        var profile = configuration.Board.ProfilePath;
        return PlanLimits.Check(plan, camera: null, profile.Length == 0 ? null : BoardProfileFile.Read(profile).Profile);
    }
}

/// <summary>Time of one capture, for <c>validate</c>.</summary>
internal sealed class PlanBudgetReport(ScanPlan plan)
{
    private readonly PlanBudget _budget = PlanBudget.Of(plan);

    /// <summary>Name of the plan.</summary>
    public string Plan => plan.Name;

    /// <summary>Frames of a capture.</summary>
    public int Frames => _budget.Frames;

    /// <summary>Time by part, in ms.</summary>
    public IReadOnlyList<PlanBudgetPart> Parts => _budget.Parts;

    /// <summary>Time of a capture in ms, without what only the opened camera tells: readout and feature writes.</summary>
    public double TotalMilliseconds => _budget.TotalMilliseconds;

    /// <summary>Cubes a minute, one capture after the other.</summary>
    public double CubesPerMinute => _budget.CubesPerMinute;

    /// <summary>Prints the table.</summary>
    public void Print(CliConsole console)
    {
        CliTable.Print(
            console,
            ["part", "ms a cube"],
            [
                .. Parts.Select(p => (string[])[p.Name, p.Milliseconds.ToString("0.0", CultureInfo.InvariantCulture)]),
                ["total", TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture)],
            ]);
        console.Out.WriteLine(
            $"Plan {Plan}: {Frames} frames, at most {CubesPerMinute.ToString("0.0", CultureInfo.InvariantCulture)} cubes a minute; readout and feature writes are known when the camera is open.");
    }
}
