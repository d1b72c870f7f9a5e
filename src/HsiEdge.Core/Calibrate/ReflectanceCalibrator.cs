using System.Numerics;
using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Calibrate;

/// <summary>
/// One calibration set made ready for cubes of one shape: R = (raw − dark)/(white − dark), and which pixels have enough light for it.
/// Immutable, thread-safe, allocates nothing per pixel.
/// </summary>
public sealed class ReflectanceCalibrator
{
    private readonly float _minimumSignal;
    private readonly int[] _usedBands;
    private readonly bool[] _dim;
    private readonly bool _dimByLine;
    private readonly float[] _zeroDark;

    /// <summary>Prepares a set that was checked against the shape.</summary>
    /// <param name="set">The references.</param>
    /// <param name="shape">Shape of the cubes.</param>
    /// <param name="usedBands">Bands that count, increasing.</param>
    /// <param name="minimumSignalCounts">Smallest white − dark, and smallest mean raw − dark, in counts.</param>
    public ReflectanceCalibrator(CalibrationSet set, CubeShape shape, IReadOnlyList<int> usedBands, double minimumSignalCounts)
    {
        Set = set;
        Shape = shape;
        _minimumSignal = (float)minimumSignalCounts;
        _usedBands = [.. usedBands];
        _zeroDark = new float[shape.Bands];
        _dimByLine = set.White.Shape.Lines > 1 || set.Dark?.Shape.Lines > 1;
        _dim = new bool[_dimByLine ? shape.PixelCount : shape.Samples];
        for (var i = 0; i < _dim.Length; i++)
        {
            var (line, sample) = Math.DivRem(i, shape.Samples);
            _dim[i] = IsDim(set.White.Spectrum(line, sample), Dark(line, sample));
        }
    }

    /// <summary>What a pixel is.</summary>
    public enum Verdict
    {
        /// <summary>Calibrated.</summary>
        Calibrated,

        /// <summary>Too little light.</summary>
        UnderExposed,

        /// <summary>Darker than the dark reference can be.</summary>
        BelowDark,
    }

    /// <summary>The set it was made of.</summary>
    public CalibrationSet Set { get; }

    /// <summary>The cubes it was made for.</summary>
    public CubeShape Shape { get; }

    /// <summary>Whether the bad-pixel map names a pixel.</summary>
    /// <param name="line">Line of the pixel.</param>
    /// <param name="sample">Sample of the pixel.</param>
    public bool IsDead(int line, int sample) =>
        Set.BadPixels is { } bad && bad[bad.Length == Shape.Samples ? sample : (line * Shape.Samples) + sample];

    /// <summary>Turns a pixel's counts into reflectance; bands that do not count may come out without meaning.</summary>
    /// <param name="line">Line of the pixel.</param>
    /// <param name="sample">Sample of the pixel.</param>
    /// <param name="raw">Counts, one a band.</param>
    /// <param name="reflectance">Receives reflectance; may be the same memory as the counts.</param>
    public Verdict Apply(int line, int sample, ReadOnlySpan<float> raw, Span<float> reflectance)
    {
        if (_dim[_dimByLine ? (line * Shape.Samples) + sample : sample])
        {
            return Verdict.UnderExposed;
        }

        var dark = Dark(line, sample);
        var signal = 0f;
        foreach (var band in _usedBands)
        {
            signal += raw[band] - dark[band];
        }

        signal /= _usedBands.Length;
        if (!(signal >= _minimumSignal))
        {
            return signal < -_minimumSignal ? Verdict.BelowDark : Verdict.UnderExposed;
        }

        Divide(raw, dark, Set.White.Spectrum(line, sample), reflectance);
        return Verdict.Calibrated;
    }

    private static void Divide(ReadOnlySpan<float> raw, ReadOnlySpan<float> dark, ReadOnlySpan<float> white, Span<float> reflectance)
    {
        var i = 0;
        for (; i <= raw.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var zero = new Vector<float>(dark[i..]);
            ((new Vector<float>(raw[i..]) - zero) / (new Vector<float>(white[i..]) - zero)).CopyTo(reflectance[i..]);
        }

        for (; i < raw.Length; i++)
        {
            reflectance[i] = (raw[i] - dark[i]) / (white[i] - dark[i]);
        }
    }

    private bool IsDim(ReadOnlySpan<float> white, ReadOnlySpan<float> dark)
    {
        foreach (var band in _usedBands)
        {
            // Also true for NaN: a reference without a value gives no ratio.
            if (!(white[band] - dark[band] >= _minimumSignal))
            {
                return true;
            }
        }

        return false;
    }

    private ReadOnlySpan<float> Dark(int line, int sample) => Set.Dark is { } dark ? dark.Spectrum(line, sample) : _zeroDark;
}
