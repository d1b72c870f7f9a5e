using System.Text.RegularExpressions;
using HsiEdge.Appliance.Watch;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Pipeline;
using HsiEdge.Delivery.Publish;
using HsiEdge.Delivery.Record;
using Microsoft.Extensions.Options;

namespace HsiEdge.Appliance.Configuration;

/// <summary>What a value must be beyond its type. One rule a line; the published schema says the same and a test compares the two.</summary>
internal static partial class ConfigurationRules
{
    /// <summary>A broken rule.</summary>
    internal sealed record Broken(string Key, string Expected, string Advice = "");

    /// <summary>Checks every rule.</summary>
    public static IEnumerable<Broken> Check(ApplianceConfiguration c) =>
        new[]
        {
            Name("Appliance:Site", c.Appliance.Site),
            Name("Appliance:Cart", c.Appliance.Cart),
            Range("Appliance:StageLimitSeconds", c.Appliance.StageLimitSeconds, 1, 3_600, "s"),

            Range("Camera:FramePeriodMilliseconds", c.Camera.FramePeriodMilliseconds, 0, 1000, "ms"),
            Range("Camera:PhantomPatient", c.Camera.PhantomPatient, 0, 9999, ""),
            Range("Camera:PhantomSeed", c.Camera.PhantomSeed, 0, int.MaxValue, ""),
            c.Camera.Source == CameraSource.Replay ? Folder("Camera:ReplayFolder", c.Camera.ReplayFolder, "a folder of ENVI cubes that exists") : null,
            PlanFile(c.Camera),
            c.Camera.FeaturesPath.Length > 0 ? ExistingFile("Camera:FeaturesPath", c.Camera.FeaturesPath, "a camera file (JSON) that exists, or empty for the camera's own") : null,

            Range("Acquire:FrameTimeoutMilliseconds", c.Acquire.FrameTimeoutMilliseconds, 1, 600_000, "ms"),
            Range("Acquire:LateAfterMilliseconds", c.Acquire.LateAfterMilliseconds, 1, 600_000, "ms"),
            Range("Acquire:PoolCeilingMebibytes", c.Acquire.PoolCeilingMebibytes, 1, 65_536, "MiB"),

            c.Trigger.IntervalMilliseconds == 0 ? null : Range("Trigger:IntervalMilliseconds", c.Trigger.IntervalMilliseconds, 10, 86_400_000, "ms, or 0 for off"),

            c.Board.ProfilePath.Length > 0 ? ExistingFile("Board:ProfilePath", c.Board.ProfilePath, "a board profile (JSON) that exists, or empty for no board") : null,
            c.Board.SimulatedSocketPath.Length > 0
                ? SocketFolder("Board:SimulatedSocketPath", c.Board.SimulatedSocketPath, "a path for a socket in a folder that exists, or empty for none")
                : null,
            Range("Board:PulsePriority", c.Board.PulsePriority, 0, 99, "(0 is not real-time)"),
            Range("Board:PulseCpu", c.Board.PulseCpu, -1, 1023, "(-1 is any)"),
            Range("Board:StuckAfterMilliseconds", c.Board.StuckAfterMilliseconds, 100, 3_600_000, "ms"),
            Range("Board:ChatterEdgesPerSecond", c.Board.ChatterEdgesPerSecond, 2, 10_000, "edges a second"),

            c.Model.BundlePath.Length > 0
                ? ExistingFile("Model:BundlePath", c.Model.BundlePath, "a model bundle (.hsimodel) that exists, or empty for the one that comes with the program")
                : null,
            c.Model.TrustedKeysFolder.Length > 0 ? Folder("Model:TrustedKeysFolder", c.Model.TrustedKeysFolder, "a folder of public keys (PEM) that exists, or empty for none") : null,
            c.Model.RequireSignature && c.Model.TrustedKeysFolder.Length == 0
                ? new Broken("Model:TrustedKeysFolder", "a folder of public keys (PEM)", "Model:RequireSignature is true, so a signature must be checked against something.")
                : null,
        }.OfType<Broken>();

    /// <summary>Checks the sections whose validators stand beside their options.</summary>
    public static IEnumerable<string> CheckSections(ApplianceConfiguration c) =>
    [
        .. Failures(new ProcessingOptionsValidator(), c.Processing),
        .. Failures(new InterpretOptionsValidator(), c.Interpret),
        .. Failures(new StoreOptionsValidator(), c.Store),
        .. Failures(new MqttOptionsValidator(), c.Mqtt),
        .. Failures(new MetricsOptionsValidator(), c.Metrics),
    ];

    private static IEnumerable<string> Failures<T>(IValidateOptions<T> validator, T options)
        where T : class => validator.Validate(name: null, options).Failures ?? [];

    private static Broken? Range(string key, double value, double minimum, double maximum, string unit) =>
        value >= minimum && value <= maximum ? null : new Broken(key, $"{minimum} to {maximum} {unit}".TrimEnd());

    private static Broken? Name(string key, string value) =>
        NamePattern().IsMatch(value) ? null : new Broken(key, "1 to 32 letters, digits, '-' or '_'", "It becomes a level of every MQTT topic.");

    private static Broken? PlanFile(CameraOptions options) =>
        options.Source is CameraSource.GenICam or CameraSource.V4l2 ? ExistingFile("Camera:PlanPath", options.PlanPath, "a scan plan (JSON) that exists: the camera takes cubes by it")
        : options.PlanPath.Length > 0 ? ExistingFile("Camera:PlanPath", options.PlanPath, "a scan plan (JSON) that exists, or empty for the phantom's own")
        : null;

    private static Broken? Folder(string key, string path, string expected) => Directory.Exists(path) ? null : new Broken(key, expected, AboutRelative(path));

    private static Broken? SocketFolder(string key, string path, string expected) =>
        Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))) ? null : new Broken(key, expected, AboutRelative(path));

    private static Broken? ExistingFile(string key, string path, string expected) => File.Exists(path) ? null : new Broken(key, expected, AboutRelative(path));

    private static string AboutRelative(string path) => path.Length > 0 && !Path.IsPathRooted(path) ? $"The path was taken from the working folder: {Path.GetFullPath(path)}." : "";

    [GeneratedRegex("^[A-Za-z0-9_-]{1,32}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex NamePattern();
}
