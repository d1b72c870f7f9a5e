namespace HsiEdge.ModelBuilder.Data;

/// <summary>Walks through an item's spectra in order and says which were wanted.</summary>
internal sealed class RankCursor(IReadOnlyList<int[]> wanted)
{
    private readonly int[] _seen = new int[wanted.Count];
    private readonly int[] _taken = new int[wanted.Count];

    /// <summary>Whether the next spectrum of a group is wanted.</summary>
    /// <param name="group">The group.</param>
    public bool Next(int group)
    {
        var ranks = wanted[group];
        var isWanted = _taken[group] < ranks.Length && ranks[_taken[group]] == _seen[group];
        _seen[group]++;
        _taken[group] += isWanted ? 1 : 0;
        return isWanted;
    }
}
