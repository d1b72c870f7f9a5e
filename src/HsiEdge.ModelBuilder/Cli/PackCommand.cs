using System.CommandLine;
using HsiEdge.Core;
using HsiEdge.Core.Infer;
using HsiEdge.Inference.Bundle;
using HsiEdge.ModelBuilder.Pack;
using HsiEdge.ModelBuilder.Quantize;
using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.ModelBuilder.Cli;

/// <summary><c>pack</c>: from an ONNX model made elsewhere and a card to a bundle.</summary>
internal static class PackCommand
{
    private const int GoldenSpectra = 64;

    public static Command Create(Terminal terminal)
    {
        var onnx = new Option<string>("--onnx")
        {
            Description = "The model: opset 17, u8 codes [1, H, W, bands] to logits [1, H, W, classes], no external data.",
            HelpName = "FILE",
            Required = true,
        };
        var card = new Option<string>("--card") { Description = "Its card (card.json), complete with encoding, metrics and limits.", HelpName = "FILE", Required = true };
        var bundle = DataOptions.Out("The bundle to write (.hsimodel).");
        var seed = DataOptions.Seed();
        var json = DataOptions.Json();
        var command = new Command(
            "pack", "Packs an ONNX model from elsewhere and its card as a bundle, with a golden pair that this machine's ONNX Runtime makes; only a bundle that loads is written.")
        {
            onnx, card, bundle, seed, json,
        };
        command.SetAction((parsed, cancellationToken) => Task.Run(
            () =>
            {
                var path = parsed.GetRequiredValue(bundle);
                OutputPath.Require(path, ".hsimodel");
                var cardPath = parsed.GetRequiredValue(card);
                var content = CardReader.Read(Bytes(cardPath), cardPath);
                var model = new QuantizedModel(Bytes(parsed.GetRequiredValue(onnx)), content.Input, content.Quantization);
                cancellationToken.ThrowIfCancellationRequested();
                var identity = BundlePacker.Pack(path, content, model, Golden(content, parsed.GetValue(seed)));
                if (parsed.GetValue(json))
                {
                    terminal.WriteJson(new { bundle = path, model = identity });
                }
                else
                {
                    terminal.WriteLines([$"bundle: {path}: {identity.Name} {identity.Version}, SHA-256 {identity.Sha256}"]);
                }

                return ModelBuilderCli.Success;
            },
            cancellationToken));
        return command;
    }

    /// <summary>Smooth walks over the whole range of codes: they exercise every input, whatever the model was trained on.</summary>
    private static float[] Golden(ModelCard card, int seed)
    {
        var bands = card.WavelengthsNanometres.Count;
        var random = new DeterministicRandom(seed, 4);
        var values = new float[GoldenSpectra * bands];
        for (var i = 0; i < GoldenSpectra; i++)
        {
            var code = 255 * random.NextDouble();
            for (var b = 0; b < bands; b++)
            {
                code = Math.Clamp(code + (16 * random.NextSymmetric()), 0, 255);
                values[(i * bands) + b] = (float)((Math.Round(code) - card.Input.ZeroPoint) * card.Input.Scale);
            }
        }

        return values;
    }

    private static byte[] Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be read: {error.Message}", error);
        }
    }
}
