using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Infer;

namespace HsiEdge.Inference.Bundle;

/// <summary>Reads cards: schema first, then what a schema cannot say.</summary>
public static class CardReader
{
    /// <summary>Reads and checks a card.</summary>
    /// <param name="json">UTF-8 text.</param>
    /// <param name="name">Name for messages.</param>
    /// <exception cref="BadInputException">The card is refused; the message names the key.</exception>
    public static ModelCard Read(byte[] json, string name)
    {
        CardSchema.Require(json, name);
        ModelCard card;
        try
        {
            card = JsonSerializer.Deserialize<ModelCard>(json, HsiEdgeJson.Strict) ?? throw new BadInputException($"{name}: empty; expected a card.");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new BadInputException($"{name}: {exception.Message}", exception);
        }

        Require(card, name);
        return card;
    }

    /// <summary>Checks what the schema cannot: that the card's parts fit one another.</summary>
    /// <param name="card">The card.</param>
    /// <param name="name">Name for messages.</param>
    /// <exception cref="BadInputException">They do not; the message names the key.</exception>
    public static void Require(ModelCard card, string name)
    {
        ArgumentNullException.ThrowIfNull(card);
        try
        {
            _ = card.Wavelengths;
        }
        catch (ArgumentException exception)
        {
            throw new BadInputException($"{name}: wavelengthsNanometres or fwhmNanometres: {exception.Message}", exception);
        }

        var twice = card.Classes.GroupBy(c => c.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
        {
            throw new BadInputException($"{name}: classes: the name '{twice.Key}' occurs {twice.Count()} times; names must be unique.");
        }

        if (!float.IsNormal((float)card.Input.Scale))
        {
            throw new BadInputException($"{name}: input.scale {card.Input.Scale} is not a normal float32 number.");
        }

        _ = InputValues(card, name);
    }

    /// <summary>Values a pixel that reach the network: the card's bands, fewer where a step drops some.</summary>
    /// <param name="card">The card.</param>
    /// <param name="name">Name for messages.</param>
    /// <exception cref="BadInputException">A step's parameters do not fit the bands.</exception>
    public static int InputValues(ModelCard card, string name)
    {
        ArgumentNullException.ThrowIfNull(card);
        try
        {
            return new PreprocessingChain<double>(card.Preprocessing, card.WavelengthsNanometres.Count).OutputBands;
        }
        catch (BadInputException exception)
        {
            throw new BadInputException($"{name}: {exception.Message}", exception);
        }
    }
}
