using HsiEdge.Core.Infer;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>
/// Chooses the decision threshold on the validation spectra by Youden's index J = sensitivity + specificity − 1 (Cancer 3 (1950) 32),
/// from 0.05 to 0.95 in steps of 0.01. Among thresholds within 0.02 of the best J the one nearest 0.5 is taken: a sharp best is chance.
/// </summary>
public static class ThresholdChooser
{
    /// <summary>The threshold of a model that has no targets, or no validation spectra of both kinds.</summary>
    public const double Default = 0.5;

    private const double Tolerance = 0.02;

    /// <summary>Chooses.</summary>
    /// <param name="classes">Classes in output order.</param>
    /// <param name="labels">True class of each spectrum.</param>
    /// <param name="probabilities">spectra × classes, class fastest.</param>
    public static double Choose(IReadOnlyList<ModelClass> classes, IReadOnlyList<int> labels, ReadOnlySpan<float> probabilities)
    {
        var positives = new List<float>();
        var negatives = new List<float>();
        for (var i = 0; i < labels.Count; i++)
        {
            var best = 0f;
            for (var c = 0; c < classes.Count; c++)
            {
                best = classes[c].Target ? Math.Max(best, probabilities[(i * classes.Count) + c]) : best;
            }

            (classes[labels[i]].Target ? positives : negatives).Add(best);
        }

        if (positives.Count == 0 || negatives.Count == 0)
        {
            return Default;
        }

        var candidates = Enumerable.Range(5, 91)
            .Select(percent => percent / 100.0)
            .Select(threshold => (Threshold: threshold, Index: Share(positives, threshold) - Share(negatives, threshold)))
            .ToList();
        var limit = candidates.Max(candidate => candidate.Index) - Tolerance;
        return candidates.Where(candidate => candidate.Index >= limit).MinBy(candidate => Math.Abs(candidate.Threshold - Default)).Threshold;
    }

    private static double Share(List<float> values, double threshold) => (double)values.Count(value => value >= threshold) / values.Count;
}
