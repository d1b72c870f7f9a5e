using HsiEdge.Core.Infer;

namespace HsiEdge.Core.Interpret;

/// <summary>
/// Connected regions (8-neighbourhood) of equal class, numbered from 1 in raster order of their first pixel. Flood fill with a queue:
/// no recursion, each pixel visited once.
/// </summary>
internal sealed class RegionLabels
{
    private readonly int[] _labels;
    private readonly int[] _queue;
    private readonly List<Range> _ranges = [];

    private RegionLabels(int lines, int samples)
    {
        Lines = lines;
        Samples = samples;
        _labels = new int[lines * samples];
        _queue = new int[lines * samples];
    }

    /// <summary>Lines of the map.</summary>
    public int Lines { get; }

    /// <summary>Samples of the map.</summary>
    public int Samples { get; }

    /// <summary>Number of regions.</summary>
    public int Count => _ranges.Count;

    /// <summary>Finds the regions.</summary>
    /// <param name="map">The class map.</param>
    /// <param name="wanted">Which values make regions.</param>
    public static RegionLabels Of(ClassMap map, Func<byte, bool> wanted)
    {
        var isWanted = new bool[256];
        foreach (var value in map.Values.Distinct())
        {
            isWanted[value] = wanted(value);
        }

        var regions = new RegionLabels(map.Lines, map.Samples);
        var end = 0;
        for (var pixel = 0; pixel < map.Values.Length; pixel++)
        {
            if (regions._labels[pixel] == 0 && isWanted[map.Values[pixel]])
            {
                var start = end;
                end = regions.Fill(map.Values, pixel, start, regions.Count + 1);
                regions._ranges.Add(new Range(start, end));
            }
        }

        return regions;
    }

    /// <summary>Indices (line × samples + sample) of a region's pixels; the first is its topmost-leftmost.</summary>
    public ReadOnlySpan<int> Pixels(int label) => _queue.AsSpan(_ranges[label - 1]);

    /// <summary>Whether a position, also one outside the map, belongs to a region.</summary>
    public bool Contains(int label, int line, int sample) =>
        line >= 0 && line < Lines && sample >= 0 && sample < Samples && _labels[(line * Samples) + sample] == label;

    private int Fill(byte[] values, int seed, int start, int label)
    {
        var value = values[seed];
        var end = start;
        _labels[seed] = label;
        _queue[end++] = seed;
        for (var next = start; next < end; next++)
        {
            var (line, sample) = Math.DivRem(_queue[next], Samples);
            for (var l = Math.Max(line - 1, 0); l <= Math.Min(line + 1, Lines - 1); l++)
            {
                for (var s = Math.Max(sample - 1, 0); s <= Math.Min(sample + 1, Samples - 1); s++)
                {
                    var neighbour = (l * Samples) + s;
                    if (_labels[neighbour] == 0 && values[neighbour] == value)
                    {
                        _labels[neighbour] = label;
                        _queue[end++] = neighbour;
                    }
                }
            }
        }

        return end;
    }
}
