using System.Text.Json;
using HsiEdge.Core;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>Reads and writes a trained model as JSON (<c>train --float-out</c>, <c>quantize --network</c>).</summary>
public static class TrainedModelFile
{
    /// <summary>Writes the file whole or not at all.</summary>
    /// <param name="path">File.</param>
    /// <param name="model">The model.</param>
    public static void Write(string path, TrainedModel model) =>
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(model, HsiEdgeJson.Strict));

    /// <summary>Reads the file.</summary>
    /// <param name="path">File.</param>
    /// <exception cref="BadInputException">Not such a file, or its sizes do not fit together.</exception>
    public static TrainedModel Read(string path)
    {
        TrainedModel? model;
        try
        {
            using var stream = File.OpenRead(path);
            model = JsonSerializer.Deserialize<TrainedModel>(stream, HsiEdgeJson.Strict);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be read: {error.Message}", error);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new BadInputException($"{path}: not a network file as train --float-out writes it: {error.Message}", error);
        }

        return Check(path, model ?? throw new BadInputException($"{path}: holds null, expected a network file as train --float-out writes it."));
    }

    private static TrainedModel Check(string path, TrainedModel model)
    {
        if (model.SchemaVersion != 1)
        {
            throw new BadInputException($"{path}: schemaVersion is {model.SchemaVersion}; this program reads 1.");
        }

        if (model.Layers.Count == 0 || model.Layers[^1].Outputs != model.Classes.Count)
        {
            throw new BadInputException($"{path}: the last layer must have one output for each of the {model.Classes.Count} classes.");
        }

        for (var l = 0; l < model.Layers.Count; l++)
        {
            var layer = model.Layers[l];
            if (layer.Inputs < 1 || layer.Outputs < 1 || layer.Weights.Length != (long)layer.Inputs * layer.Outputs || layer.Bias.Length != layer.Outputs)
            {
                throw new BadInputException(
                    $"{path}: layer {l} has {layer.Weights.Length} weights and {layer.Bias.Length} biases for {layer.Inputs} inputs and {layer.Outputs} outputs.");
            }

            if (l > 0 && model.Layers[l - 1].Outputs != layer.Inputs)
            {
                throw new BadInputException($"{path}: layer {l} takes {layer.Inputs} inputs; the layer before it gives {model.Layers[l - 1].Outputs}.");
            }
        }

        return model;
    }
}
