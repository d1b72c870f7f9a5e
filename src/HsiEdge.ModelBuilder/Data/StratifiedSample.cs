using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.ModelBuilder.Data;

/// <summary>
/// Chooses which of many spectra are kept: classes share the whole evenly, patients share their class, items share their patient; who has
/// less than an even share leaves the rest to the others.
/// </summary>
internal static class StratifiedSample
{
    /// <summary>Chooses ranks.</summary>
    /// <param name="groups">All groups with the item they lie in.</param>
    /// <param name="maximum">Spectra to keep at most.</param>
    /// <param name="seed">Seed of the choice.</param>
    /// <returns>For each group the ranks kept, increasing.</returns>
    public static int[][] Choose(IReadOnlyList<LabelledGroup> groups, int maximum, int seed)
    {
        var chosen = new int[groups.Count][];
        var random = new DeterministicRandom(seed, 3);
        var classes = Indices(groups).GroupBy(i => groups[i].Class, StringComparer.Ordinal).Select(g => g.ToArray()).ToArray();
        var classShares = Share([.. classes.Select(c => c.Sum(i => (long)groups[i].Count))], maximum);
        for (var c = 0; c < classes.Length; c++)
        {
            var patients = classes[c].GroupBy(i => groups[i].Patient, StringComparer.Ordinal).Select(g => g.ToArray()).ToArray();
            var patientShares = Share([.. patients.Select(p => p.Sum(i => (long)groups[i].Count))], classShares[c]);
            for (var p = 0; p < patients.Length; p++)
            {
                var itemShares = Share([.. patients[p].Select(i => (long)groups[i].Count)], patientShares[p]);
                for (var k = 0; k < patients[p].Length; k++)
                {
                    var group = patients[p][k];
                    chosen[group] = Ranks(groups[group].Count, (int)itemShares[k], random);
                }
            }
        }

        return chosen;
    }

    /// <summary>Even shares of a capacity, none above its count.</summary>
    /// <param name="counts">What each has.</param>
    /// <param name="capacity">What all may have together.</param>
    internal static long[] Share(long[] counts, long capacity)
    {
        var shares = new long[counts.Length];
        var order = Enumerable.Range(0, counts.Length).OrderBy(i => counts[i]).ToArray();
        for (var k = 0; k < order.Length; k++)
        {
            shares[order[k]] = Math.Min(counts[order[k]], capacity / (order.Length - k));
            capacity -= shares[order[k]];
        }

        return shares;
    }

    private static IEnumerable<int> Indices(IReadOnlyList<LabelledGroup> groups) => Enumerable.Range(0, groups.Count);

    /// <summary>Knuth's selection sampling (The Art of Computer Programming, vol. 2, 3.4.2, algorithm S).</summary>
    private static int[] Ranks(int count, int kept, DeterministicRandom random)
    {
        var ranks = new int[kept];
        var taken = 0;
        for (var rank = 0; taken < kept; rank++)
        {
            if (count - rank == kept - taken || random.NextDouble() * (count - rank) < kept - taken)
            {
                ranks[taken++] = rank;
            }
        }

        return ranks;
    }
}
