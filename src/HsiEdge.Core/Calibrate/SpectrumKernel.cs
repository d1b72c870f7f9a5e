using System.Numerics;

namespace HsiEdge.Core.Calibrate;

/// <summary>One step made ready: acts on one spectrum in place. Immutable, thread-safe, allocates nothing.</summary>
internal abstract class SpectrumKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected SpectrumKernel(int outputBands, int scratchLength = 0)
    {
        OutputBands = outputBands;
        ScratchLength = scratchLength;
    }

    /// <summary>Bands after the step, counted from the start of the span.</summary>
    public int OutputBands { get; }

    /// <summary>Values of scratch needed.</summary>
    public int ScratchLength { get; }

    /// <summary>Acts on one spectrum.</summary>
    public abstract void Apply(Span<T> spectrum, Span<T> scratch);

    /// <summary>Parameters of a card as values of T.</summary>
    protected static T[] Convert(IReadOnlyList<double> values)
    {
        var converted = new T[values.Count];
        for (var i = 0; i < converted.Length; i++)
        {
            converted[i] = T.CreateSaturating(values[i]);
        }

        return converted;
    }
}
