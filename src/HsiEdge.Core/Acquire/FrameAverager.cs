namespace HsiEdge.Core.Acquire;

/// <summary>
/// Averages the frames of a band: sums in 32 bits, rounded once. Bands may come interleaved (frames overtake each other): each band under way has sums
/// of its own, kept for the next. Not safe for several threads.
/// </summary>
internal sealed class FrameAverager
{
    private readonly int _averages;
    private readonly List<Sum> _sums = [];
    private readonly ushort[] _mean;

    /// <summary>Makes one.</summary>
    /// <param name="averages">Frames a band, 2…65536: more could overflow the sums.</param>
    /// <param name="pixelCount">Pixels of a frame.</param>
    public FrameAverager(int averages, int pixelCount)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(averages, 65_536);
        _averages = averages;
        _mean = new ushort[pixelCount];
    }

    /// <summary>Forgets what is under way.</summary>
    public void Begin()
    {
        foreach (var sum in _sums)
        {
            sum.Count = 0;
        }
    }

    /// <summary>Adds a frame.</summary>
    /// <param name="place">Its band.</param>
    /// <param name="pixels">Its counts.</param>
    /// <returns>The mean when it was the band's last frame; else empty. Valid until the next call.</returns>
    public ReadOnlySpan<ushort> Add(int place, ReadOnlySpan<ushort> pixels)
    {
        var sum = SumOf(place);
        if (sum.Count++ == 0)
        {
            for (var i = 0; i < pixels.Length; i++)
            {
                sum.Values[i] = pixels[i];
            }
        }
        else
        {
            for (var i = 0; i < pixels.Length; i++)
            {
                sum.Values[i] += pixels[i];
            }
        }

        if (sum.Count < _averages)
        {
            return [];
        }

        var (count, half) = ((uint)_averages, (uint)_averages / 2);
        for (var i = 0; i < pixels.Length; i++)
        {
            _mean[i] = (ushort)((sum.Values[i] + half) / count);
        }

        sum.Count = 0;
        return _mean;
    }

    private Sum SumOf(int place)
    {
        Sum? free = null;
        foreach (var sum in _sums)
        {
            if (sum.Count > 0 && sum.Place == place)
            {
                return sum;
            }

            free = sum.Count == 0 ? sum : free;
        }

        if (free is null)
        {
            free = new Sum(new uint[_mean.Length]);
            _sums.Add(free);
        }

        free.Place = place;
        return free;
    }

    private sealed class Sum(uint[] values)
    {
        public uint[] Values { get; } = values;

        public int Place { get; set; }

        public int Count { get; set; }
    }
}
