using HsiEdge.Core.Infer;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>
/// The card's rule: the most probable target class where its probability reaches the threshold, otherwise the most probable of the others;
/// without targets the most probable class.
/// </summary>
/// <param name="Classes">Classes in output order.</param>
/// <param name="Threshold">0…1.</param>
public sealed record DecisionRule(IReadOnlyList<ModelClass> Classes, double Threshold)
{
    /// <summary>Class of one pixel, 0-based.</summary>
    /// <param name="probabilities">One a class.</param>
    public int Decide(ReadOnlySpan<float> probabilities)
    {
        var target = Best(probabilities, target: true);
        if (target >= 0 && probabilities[target] >= Threshold)
        {
            return target;
        }

        var other = Best(probabilities, target: false);
        return other >= 0 ? other : target;
    }

    /// <summary>Classes of many pixels.</summary>
    /// <param name="probabilities">pixels × classes, class fastest.</param>
    public int[] DecideAll(ReadOnlySpan<float> probabilities)
    {
        var decisions = new int[probabilities.Length / Classes.Count];
        for (var i = 0; i < decisions.Length; i++)
        {
            decisions[i] = Decide(probabilities.Slice(i * Classes.Count, Classes.Count));
        }

        return decisions;
    }

    private int Best(ReadOnlySpan<float> probabilities, bool target)
    {
        var best = -1;
        for (var c = 0; c < Classes.Count; c++)
        {
            if (Classes[c].Target == target && (best < 0 || probabilities[c] > probabilities[best]))
            {
                best = c;
            }
        }

        return best;
    }
}
