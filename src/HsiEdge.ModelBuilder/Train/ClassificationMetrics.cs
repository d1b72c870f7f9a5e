using HsiEdge.Core.Infer;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>How decisions agree with labels. All shares 0…1.</summary>
public sealed record ClassificationMetrics
{
    /// <summary>Number of spectra judged.</summary>
    public required int Spectra { get; init; }

    /// <summary>Share decided rightly.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean recall of the classes that occur.</summary>
    public required double BalancedAccuracy { get; init; }

    /// <summary>Recall of each class by name; classes that do not occur are absent.</summary>
    public required IReadOnlyDictionary<string, double> Recall { get; init; }

    /// <summary>Share of target spectra decided as any target; null without targets.</summary>
    public double? Sensitivity { get; init; }

    /// <summary>Share of other spectra decided as no target; null without targets.</summary>
    public double? Specificity { get; init; }

    /// <summary>label × decision counts.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Confusion { get; init; }

    /// <summary>Judges decisions.</summary>
    /// <param name="classes">Classes in output order.</param>
    /// <param name="labels">True class of each spectrum.</param>
    /// <param name="decisions">Decided class of each spectrum.</param>
    public static ClassificationMetrics Of(IReadOnlyList<ModelClass> classes, IReadOnlyList<int> labels, IReadOnlyList<int> decisions)
    {
        var confusion = classes.Select(_ => new int[classes.Count]).ToArray();
        for (var i = 0; i < labels.Count; i++)
        {
            confusion[labels[i]][decisions[i]]++;
        }

        var recall = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var c = 0; c < classes.Count; c++)
        {
            var total = confusion[c].Sum();
            if (total > 0)
            {
                recall[classes[c].Name] = (double)confusion[c][c] / total;
            }
        }

        var hasTargets = classes.Any(c => c.Target) && classes.Any(c => !c.Target);
        return new ClassificationMetrics
        {
            Spectra = labels.Count,
            Accuracy = (double)Enumerable.Range(0, classes.Count).Sum(c => confusion[c][c]) / labels.Count,
            BalancedAccuracy = recall.Values.Average(),
            Recall = recall,
            Sensitivity = hasTargets ? Rate(classes, confusion, target: true) : null,
            Specificity = hasTargets ? Rate(classes, confusion, target: false) : null,
            Confusion = confusion,
        };
    }

    /// <summary>As a card lists them.</summary>
    /// <param name="prefix">Which part was judged, such as <c>heldOut</c>.</param>
    public IEnumerable<KeyValuePair<string, double>> ForCard(string prefix)
    {
        yield return new($"{prefix}Accuracy", Round(Accuracy));
        yield return new($"{prefix}BalancedAccuracy", Round(BalancedAccuracy));
        if (Sensitivity is { } sensitivity && Specificity is { } specificity)
        {
            yield return new($"{prefix}Sensitivity", Round(sensitivity));
            yield return new($"{prefix}Specificity", Round(specificity));
        }

        yield return new($"{prefix}SpectraCount", Spectra);

        static double Round(double value) => Math.Round(value, 4);
    }

    private static double? Rate(IReadOnlyList<ModelClass> classes, int[][] confusion, bool target)
    {
        long right = 0;
        long all = 0;
        for (var label = 0; label < classes.Count; label++)
        {
            for (var decision = 0; classes[label].Target == target && decision < classes.Count; decision++)
            {
                all += confusion[label][decision];
                right += classes[decision].Target == target ? confusion[label][decision] : 0;
            }
        }

        return all == 0 ? null : (double)right / all;
    }
}
