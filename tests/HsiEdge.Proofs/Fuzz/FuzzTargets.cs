using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.GenICam;
using HsiEdge.Devices.Gpio;
using HsiEdge.Devices.V4l2;
using HsiEdge.Inference.Bundle;
using HsiEdge.Proofs.Fuzz.Targets;

namespace HsiEdge.Proofs.Fuzz;

/// <summary>The ways in.</summary>
internal static class FuzzTargets
{
    private static readonly Dictionary<string, Func<Task<IFuzzTarget>>> All = new(StringComparer.Ordinal)
    {
        ["bundle"] = () => Done(new BundleTarget()),
        ["commands"] = CommandTarget.MakeAsync,
        ["mqtt"] = MqttTarget.MakeAsync,
        ["store"] = StoreTarget.MakeAsync,
        ["audit"] = AuditTarget.MakeAsync,
        ["calibration"] = () => Done(new CalibrationTarget()),
        ["references"] = () => Done(new ReferencesTarget()),
        ["dataset"] = () => Done(new DatasetTarget()),
        ["envi-cube"] = () => Done(new EnviCubeTarget()),
        ["configuration"] = () => Done(new ConfigurationTarget()),
        ["card"] = () => Done(new DocumentTarget(PartKind.Json, "models", "model-card.schema.json", bytes => CardReader.Read(bytes, "card.json"), [BundleTarget.DefaultCard()])),
        ["spectra"] = () => Done(new SpectraTarget()),
        ["envi-header"] = () => Done(new DocumentTarget(PartKind.Text, null, null, EnviCubeTarget.ReadHeader, EnviCubeTarget.Headers(), EnviCubeTarget.HeaderWords)),
        ["scan-plan"] = () => Done(new DocumentTarget(PartKind.Json, "plans", "scan-plan.schema.json", bytes => ScanPlanFile.Parse(bytes, "plan.json"))),
        ["board-profile"] = () => Done(new DocumentTarget(PartKind.Json, "boards", "board-profile.schema.json", bytes => BoardProfileFile.Parse(bytes, "board.json"))),
        ["camera-features"] = () => Done(new DocumentTarget(PartKind.Json, "cameras", "camera-features.schema.json", bytes => CameraFeatureFile.Parse(bytes, "camera.json"))),
        ["v4l2-settings"] = () => Done(new DocumentTarget(PartKind.Json, "cameras/v4l2", "v4l2-camera.schema.json", bytes => V4l2SettingsFile.Parse(bytes, "v4l2.json"))),
        ["board-socket"] = BoardSocketTarget.MakeAsync,
    };

    /// <summary>Their names, the slowest first.</summary>
    public static IEnumerable<string> Names => All.Keys;

    /// <summary>Makes one.</summary>
    public static Task<IFuzzTarget> MakeAsync(string name) => All[name]();

    /// <summary>An answer of a reader: what it made of the input, or its refusal.</summary>
    public static string Answer(Func<object?> read)
    {
        try
        {
            return $"read {read()?.GetType().Name}";
        }
        catch (BadInputException e)
        {
            return "refused " + e.Message;
        }
    }

    private static Task<IFuzzTarget> Done(IFuzzTarget target) => Task.FromResult(target);
}
