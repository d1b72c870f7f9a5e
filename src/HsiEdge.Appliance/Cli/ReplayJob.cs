using HsiEdge.Appliance.Interpret;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Replay;
using HsiEdge.Inference.Bundle;

namespace HsiEdge.Appliance.Cli;

/// <summary>One recorded cube through the production pipeline.</summary>
internal sealed record ReplayJob
{
    /// <summary>Header of the cube.</summary>
    public required string Cube { get; init; }

    /// <summary>The bundle.</summary>
    public required string Bundle { get; init; }

    /// <summary>Whom to trust.</summary>
    public required BundleLoadOptions Trust { get; init; }

    /// <summary>Header of the white reference, or null.</summary>
    public string? White { get; init; }

    /// <summary>Header of the dark reference, or null.</summary>
    public string? Dark { get; init; }

    /// <summary>Size of one pixel in mm, or null.</summary>
    public double? PixelPitchMillimetres { get; init; }

    /// <summary>Workers, tiles and limits.</summary>
    public required ProcessingOptions Processing { get; init; }

    /// <summary>Limits of findings.</summary>
    public required InterpretOptions Interpret { get; init; }

    /// <summary>Analyses the cube and writes the files.</summary>
    /// <param name="folder">Receives the files; not committed here.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellationToken">Stops between tiles.</param>
    /// <exception cref="BadInputException">The cube, a reference or the bundle cannot be used; the message says why.</exception>
    public (CaptureResult Result, ReplayInput Input, bool HasTargets) Run(
        OutputFolder folder, TimeProvider time, IProgress<double> progress, CancellationToken cancellationToken)
    {
        if (Dark is not null && White is null)
        {
            throw new BadInputException(
                $"--dark {Dark} was given without --white: reflectance is (raw − dark)/(white − dark), and a dark reference alone cannot give it. " +
                "Give the white reference of the same recording with --white W.hdr, or a reflectance cube without references.");
        }

        using var cube = EnviCube.Open(Cube, White is null ? null : SpectralQuantity.RawCounts);
        if (cube.Quantity == SpectralQuantity.RawCounts && White is null)
        {
            throw new BadInputException(
                $"{Cube} cannot be taken as reflectance: {cube.QuantityReason}. Give its references with --white W.hdr and --dark D.hdr. " +
                "Without them it must be floating point within −0.5…2, or name a \"reflectance scale factor\" in its header.");
        }

        var calibration = White is null ? null : ReferenceLoader.Load(cube, White, Dark);
        using var model = ModelBundleReader.Load(Bundle, Trust);
        using var analyzer = new CubeAnalyzer(model, Processing, Interpret, new OverlayRenderer(), time);
        var start = time.GetTimestamp();
        var name = Path.GetFileName(Cube);
        var acquired = new AcquiredCube
        {
            Trigger = new TriggerEvent(1, start, time.GetUtcNow(), TriggerCause.Replay, name),
            Cube = cube,
            Camera = RecordingHeader.Camera(cube.Image.Header, "unknown"),
            ExposureMicroseconds = [],
            PixelPitchMillimetres = PixelPitchMillimetres ?? RecordingHeader.PixelPitchMillimetres(cube.Image.Header),
            Origin = name,
            Ledger = TriggerLedger.None,
            LastFrameTimestamp = start,
        };
        var analysis = analyzer.Analyze(acquired, calibration, new UlidGenerator(time).Next(), caseId: null, progress, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();

        var input = Describe(cube, model.Card.Wavelengths);
        ResultFiles.WriteMaps(folder.Path, analysis.Maps.Classes, analysis.Maps.Probabilities, model.Card.Classes);
        File.WriteAllBytes(folder.FilePath("overlay.png"), analysis.OverlayPng);
        ResultFiles.WriteJson(folder.FilePath("result.json"), ResultFiles.ToJson(analysis.Result, input));
        return (analysis.Result, input, model.Card.Classes.Any(c => c.Target));
    }

    private ReplayInput Describe(EnviCube cube, WavelengthAxis model)
    {
        var axis = cube.Wavelengths;
        var resamples = BandResampler.Create(axis, model, Processing.WavelengthToleranceNanometres).Resamples;
        var how = resamples ? $"{axis} resampled to the model's {model}, {(model.FwhmNanometres.IsEmpty ? "linearly" : "weighted by the model's FWHM where the cube is sampled finely enough, else linearly")}" : "none";
        return new ReplayInput(
            Cube, White, Dark, cube.Quantity, White is null ? cube.QuantityReason : "references were given", axis.Count, axis.First, axis.Last, how, cube.Warnings);
    }
}
