using System.CommandLine;
using HsiEdge.Core;
using HsiEdge.Core.Record;

namespace HsiEdge.Appliance.Cli;

/// <summary><c>hsiedge replay CUBE.hdr</c>: the production pipeline on a recorded cube.</summary>
internal static class ReplayVerb
{
    private static readonly string[] UsedSections = ["Processing", "Interpret", "Model"];

    public static Command Create(CliShell shell)
    {
        var cube = new Argument<FileInfo>("CUBE.hdr") { Description = "Header of the ENVI cube." };
        var model = FileOption("--model", "BUNDLE", "Model bundle (.hsimodel); by default the configured one.");
        var white = FileOption("--white", "W.hdr", "White reference: a full frame or any number of lines. Needed for raw counts.");
        var dark = FileOption("--dark", "D.hdr", "Dark reference, only together with --white; left out when dark was subtracted already.");
        var output = new Option<string>("--out")
        {
            Required = true,
            HelpName = "DIR",
            Description = "Receives result.json, overlay.png, classes.hdr/.img and probability.hdr/.img: all of them or none. Must not exist or be empty.",
        };
        var force = new Option<bool>("--force") { Description = "Replace an earlier output in DIR." };
        var pitch = new Option<double?>("--pitch-mm") { HelpName = "MM", Description = "Size of one pixel on the tissue in mm: areas in mm² and a scale bar." };
        var workers = new Option<int?>("--workers") { HelpName = "N", Description = "Worker threads instead of Processing:Workers; 0 is one a processor." };
        var (config, json) = (CliShell.ConfigOption(), CliShell.JsonOption());
        return shell.Verb(
            "replay",
            "Runs the production pipeline on a recorded cube. Without references the cube must be reflectance: floating point within -0.5...2, or with a 'reflectance scale factor'.",
            json,
            config,
            [cube, model, white, dark, output, force, pitch, workers],
            async (parsed, cancellationToken) =>
            {
                var job = MakeJob(
                    shell,
                    parsed.GetValue(config),
                    parsed.GetRequiredValue(cube).ToString(),
                    parsed.GetValue(model)?.ToString(),
                    parsed.GetValue(pitch),
                    parsed.GetValue(workers)) with
                {
                    White = parsed.GetValue(white)?.ToString(),
                    Dark = parsed.GetValue(dark)?.ToString(),
                };
                var path = parsed.GetRequiredValue(output);
                using var folder = OutputFolder.Open(path, parsed.GetValue(force), ResultFiles.IsOwn);
                var (result, input, hasTargets) = await WorkProgress.RunAsync(
                    shell.Console, "classifying", progress => job.Run(folder, shell.Console.Time, progress, cancellationToken), cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                folder.Commit();
                if (parsed.GetValue(json))
                {
                    await shell.Console.Out.WriteLineAsync(ResultFiles.ToJson(result, input).ToJsonString(HsiEdgeJson.Indented));
                }
                else
                {
                    await PrintAsync(shell.Console, result, input, hasTargets, path);
                }

                return ExitCodes.Success;
            });
    }

    private static ReplayJob MakeJob(CliShell shell, FileInfo? config, string cube, string? model, double? pitch, int? workers)
    {
        if (pitch is { } millimetres && !(millimetres > 0 && double.IsFinite(millimetres)))
        {
            throw new UsageException($"--pitch-mm is {millimetres}; expected a positive number of mm.");
        }

        if (workers is < 0 or > 256)
        {
            throw new UsageException($"--workers is {workers}; expected 0 to 256.");
        }

        var configuration = shell.LoadConfiguration(config);
        var known = configuration.Values.Select(v => v.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var faults = configuration.Faults.Where(
            f => UsedSections.Contains(f.Section, StringComparer.OrdinalIgnoreCase) ? model is null || f.Key != "Model:BundlePath" : !known.Contains(f.Key)).ToList();
        if (faults.Count > 0)
        {
            throw new BadInputException(string.Join(Environment.NewLine, faults.Select(f => f.Message)));
        }

        var processing = configuration.Processing;
        processing.Workers = workers ?? processing.Workers;
        return new ReplayJob
        {
            Cube = cube,
            Bundle = model ?? ModelFiles.BundlePath(configuration.Model, shell.Console.ProgramFolder),
            Trust = ModelFiles.Trust(configuration.Model),
            PixelPitchMillimetres = pitch,
            Processing = processing,
            Interpret = configuration.Interpret,
        };
    }

    private static async Task PrintAsync(CliConsole console, CaptureResult result, ReplayInput input, bool hasTargets, string folder)
    {
        foreach (var warning in input.Warnings)
        {
            await console.Error.WriteLineAsync($"warning: {warning}");
        }

        await ResultText.WriteAsync(console.Out, result, hasTargets);
        await console.Out.WriteLineAsync($"taken as {ResultText.Word(input.Quantity)}: {input.QuantityReason}; resampling: {input.Resampling}");
        await console.Out.WriteLineAsync($"written: {folder}: result.json, overlay.png, classes.hdr/.img, probability.hdr/.img");
    }

    private static Option<FileInfo> FileOption(string name, string helpName, string description) => new(name) { HelpName = helpName, Description = description };
}
