using HsiEdge.Core.Calibrate;

namespace HsiEdge.Core.Pipeline;

/// <summary>Pixels that one worker has seen, by state.</summary>
internal sealed class TileTally
{
    private readonly long[] _states = new long[Enum.GetValues<PixelState>().Length];

    /// <summary>Pixels brighter than the white reference can explain.</summary>
    public long TooBright { get; set; }

    /// <summary>Pixels darker than the dark reference.</summary>
    public long BelowDark { get; set; }

    /// <summary>Pixels whose level the references cannot explain.</summary>
    public long Implausible => TooBright + BelowDark;

    /// <summary>Pixels that were compared with the references.</summary>
    public long Compared { get; set; }

    public void Count(PixelState state) => _states[(int)state]++;

    /// <summary>A pixel that seemed valid turned out not to be.</summary>
    public void Recount(PixelState from, PixelState to)
    {
        _states[(int)from]--;
        _states[(int)to]++;
    }

    public void Clear()
    {
        Array.Clear(_states);
        TooBright = 0;
        BelowDark = 0;
        Compared = 0;
    }

    public void Add(TileTally other)
    {
        for (var i = 0; i < _states.Length; i++)
        {
            _states[i] += other._states[i];
        }

        TooBright += other.TooBright;
        BelowDark += other.BelowDark;
        Compared += other.Compared;
    }

    public PixelCounts ToCounts() => new(
        _states[(int)PixelState.Valid],
        _states[(int)PixelState.Saturated],
        _states[(int)PixelState.UnderExposed],
        _states[(int)PixelState.Dead],
        _states[(int)PixelState.Missing]);
}
