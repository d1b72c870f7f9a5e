using HsiEdge.Core.Infer;

namespace HsiEdge.Core.Pipeline;

/// <summary>The card's rule from probabilities to a class: <see cref="ModelCard.DecisionThreshold"/>.</summary>
public sealed class PixelDecision
{
    private readonly bool[] _isTarget;
    private readonly bool _everyIsTarget;
    private readonly float _threshold;

    /// <summary>Takes the rule from a card.</summary>
    /// <param name="card">The card.</param>
    public PixelDecision(ModelCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        _isTarget = [.. card.Classes.Select(c => c.Target)];
        _everyIsTarget = _isTarget.All(t => t);
        _threshold = (float)card.DecisionThreshold;
    }

    /// <summary>
    /// Decides one pixel: the most probable target class when its probability reaches the threshold, otherwise the most probable of the
    /// other classes (of all, where every class or none is a target). Of equals the first in the card.
    /// </summary>
    /// <param name="probabilities">One a class, finite.</param>
    /// <returns>Value for the class map: position in the card + 1.</returns>
    public byte Decide(ReadOnlySpan<float> probabilities)
    {
        int target = -1, other = -1;
        for (var i = 0; i < probabilities.Length; i++)
        {
            ref var best = ref _isTarget[i] ? ref target : ref other;
            if (best < 0 || probabilities[i] > probabilities[best])
            {
                best = i;
            }
        }

        var decided = target >= 0 && (_everyIsTarget || probabilities[target] >= _threshold) ? target : other;
        return (byte)(decided + 1);
    }
}
