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

        for (var i = 0; i < card.Preprocessing.Count; i++)
        {
            RequireStep(card.Preprocessing[i], card.WavelengthsNanometres.Count, $"{name}: preprocessing[{i}]");
        }
    }

    private static void RequireStep(PreprocessingStep step, int bands, string name)
    {
        switch (step)
        {
            case SavitzkyGolayStep savitzkyGolay:
                RequireThat(savitzkyGolay.Window % 2 == 1 && savitzkyGolay.Window <= bands, $"{name}.window is {savitzkyGolay.Window}; expected an odd number up to the {bands} bands.");
                RequireThat(savitzkyGolay.PolynomialOrder < savitzkyGolay.Window, $"{name}.polynomialOrder is {savitzkyGolay.PolynomialOrder}; expected less than the window {savitzkyGolay.Window}.");
                RequireThat(savitzkyGolay.Derivative <= savitzkyGolay.PolynomialOrder, $"{name}.derivative is {savitzkyGolay.Derivative}; expected at most the polynomial's order {savitzkyGolay.PolynomialOrder}.");
                break;
            case MscStep msc:
                RequireThat(msc.Reference.Count == bands, $"{name}.reference has {msc.Reference.Count} values; expected one for each of the {bands} bands.");
                break;
            case CenterStep center:
                RequireThat(center.Values.Count == bands, $"{name}.values has {center.Values.Count} values; expected one for each of the {bands} bands.");
                break;
            case ScaleStep scale:
                RequireThat(scale.Values.Count == bands, $"{name}.values has {scale.Values.Count} values; expected one for each of the {bands} bands.");
                RequireThat(scale.Values.All(v => v != 0), $"{name}.values holds 0; bands cannot be divided by it.");
                break;
            default:
                break;
        }
    }

    private static void RequireThat(bool condition, string message)
    {
        if (!condition)
        {
            throw new BadInputException(message);
        }
    }
}
