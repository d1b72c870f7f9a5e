using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;

namespace HsiEdge.Phantom.Instrument;

/// <summary>
/// The simulated camera and lamp: a cooled InGaAs area detector of 14 bits behind a tunable filter. From light relative to white it makes counts:
/// offset + dark current × exposure + white counts × exposure × response × light + noise, cut to 0…full scale; with photon (shot) and read noise, a fixed dark pattern,
/// vignetting, the spectral shape of lamp, filter and detector, and bad pixels. The figures are typical of the kind of instrument, not those of a product.
/// </summary>
public sealed class PhantomInstrument
{
    /// <summary>Counts at and above which a pixel is saturated: full scale of 14 bits.</summary>
    public const int FullScaleCounts = 16383;

    /// <summary>Reflectance of the white target.</summary>
    public const float WhiteTargetReflectance = 0.99f;

    private const float ElectronsPerCount = 40f;
    private const float ReadNoiseCounts = 4f;
    private const float DarkCountsPerMicrosecond = 0.02f;
    private const float PeakWhiteCountsPerMicrosecond = 6.5f;
    private const double BadPixelShare = 0.0008;

    private readonly float[] _offset;
    private readonly float[] _darkGain;
    private readonly float[] _response;
    private readonly bool[] _bad;
    private readonly ushort[] _badLevel;

    /// <summary>Makes the instrument of a seed: its fixed pattern, vignetting and bad pixels.</summary>
    /// <param name="seed">Seed of the instrument; part of its serial.</param>
    /// <param name="lines">Lines of a frame, ≥ 1.</param>
    /// <param name="samples">Samples of a line, ≥ 1.</param>
    public PhantomInstrument(ulong seed, int lines, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lines, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        Lines = lines;
        Samples = samples;
        Identity = new CameraIdentity("HsiEdge phantom band camera (synthetic)", $"PHANTOM-{seed:X4}", Synthetic: true);
        var pixels = checked(lines * samples);
        _offset = new float[pixels];
        _darkGain = new float[pixels];
        _response = new float[pixels];
        _bad = new bool[pixels];
        _badLevel = new ushort[pixels];
        var random = new PhantomRandom(seed, 2);
        for (var i = 0; i < pixels; i++)
        {
            var (line, sample) = Math.DivRem(i, samples);
            var dy = ((line + 0.5) / lines) - 0.5;
            var dx = ((sample + 0.5) / samples) - 0.47;
            _offset[i] = (float)(300 + (8 * random.NextNormal()) + (5 * Math.Sin(sample * 0.9)));
            _darkGain[i] = (float)Math.Max(0.2, 1 + (0.15 * random.NextNormal()));
            _response[i] = (float)((1 + (0.015 * random.NextNormal())) * (1 - (0.9 * ((dx * dx) + (dy * dy)))));
            _bad[i] = random.NextUnit() < BadPixelShare;
            _badLevel[i] = random.NextUnit() < 0.5 ? (ushort)FullScaleCounts : (ushort)0;
        }
    }

    /// <summary>Who it is; always synthetic.</summary>
    public CameraIdentity Identity { get; }

    /// <summary>Lines of a frame.</summary>
    public int Lines { get; }

    /// <summary>Samples of a line.</summary>
    public int Samples { get; }

    /// <summary>Counts per µs that a white target gives at the centre of the frame: a halogen lamp seen through filter and detector.</summary>
    /// <param name="nanometres">Wavelength in nm.</param>
    public static float WhiteCountsPerMicrosecond(double nanometres)
    {
        // Lamp: Planck's law in photons at 2900 K relative to its peak. Filter: half as open at 1000 and 1600 nm as at 1300.
        // Detector: rises from 950 nm on, falls towards its edge at 1700 nm.
        var lamp = PlanckPhotons(nanometres, 2900) / PlanckPhotons(1266, 2900);
        var filter = Math.Exp(-Math.Log(2) * Math.Pow((nanometres - 1300) / 300, 2));
        var detector = 1 / ((1 + Math.Exp((960 - nanometres) / 18)) * (1 + Math.Exp((nanometres - 1680) / 15)));
        return (float)(PeakWhiteCountsPerMicrosecond * lamp * filter * detector);
    }

    /// <summary>A copy of the map of bad pixels: lines × samples, true where dead.</summary>
    public bool[] CopyBadPixels() => [.. _bad];

    /// <summary>Exposes one frame.</summary>
    /// <param name="nanometres">Wavelength in nm.</param>
    /// <param name="exposureMicroseconds">Exposure in µs, &gt; 0.</param>
    /// <param name="apparentReflectance">Light relative to white, lines × samples, ≥ 0.</param>
    /// <param name="random">Noise of this frame.</param>
    /// <param name="destination">Receives lines × samples counts, 0…<see cref="FullScaleCounts"/>.</param>
    public void Expose(
        double nanometres, double exposureMicroseconds, ReadOnlySpan<float> apparentReflectance, PhantomRandom random, Span<ushort> destination)
    {
        ArgumentNullException.ThrowIfNull(random);
        var perReflectance = WhiteCountsPerMicrosecond(nanometres) * (float)exposureMicroseconds;
        var darkCurrent = DarkCountsPerMicrosecond * (float)exposureMicroseconds;
        apparentReflectance = apparentReflectance[.._offset.Length];
        destination = destination[.._offset.Length];
        var bits = 0UL;
        for (var i = 0; i < destination.Length; i++)
        {
            bits = (i & 3) == 0 ? random.NextBits() : bits >> 16;
            var collected = (perReflectance * _response[i] * apparentReflectance[i]) + (darkCurrent * _darkGain[i]);
            var noise = MathF.Sqrt((ReadNoiseCounts * ReadNoiseCounts) + (collected / ElectronsPerCount)) * NoiseTable.At((ushort)bits);
            var counts = Math.Clamp(_offset[i] + collected + noise, 0, FullScaleCounts);
            destination[i] = _bad[i] ? _badLevel[i] : (ushort)(counts + 0.5f);
        }
    }

    /// <summary>Takes a reference: the average of several frames a band, full frame.</summary>
    /// <param name="wavelengths">Bands.</param>
    /// <param name="exposureMicroseconds">Exposure of each band in µs.</param>
    /// <param name="white">True for the white target, false for the shutter closed.</param>
    /// <param name="averages">Frames a band, ≥ 1.</param>
    /// <param name="random">Noise of these frames.</param>
    public ReferenceFrame TakeReference(
        WavelengthAxis wavelengths, IReadOnlyList<double> exposureMicroseconds, bool white, int averages, PhantomRandom random)
    {
        ArgumentNullException.ThrowIfNull(wavelengths);
        ArgumentNullException.ThrowIfNull(exposureMicroseconds);
        ArgumentOutOfRangeException.ThrowIfLessThan(averages, 1);
        var pixels = _offset.Length;
        var light = new float[pixels];
        light.AsSpan().Fill(white ? WhiteTargetReflectance : 0);
        var frame = new ushort[pixels];
        var sums = new float[pixels];
        var values = new float[checked(pixels * wavelengths.Count)];
        for (var band = 0; band < wavelengths.Count; band++)
        {
            Array.Clear(sums);
            for (var n = 0; n < averages; n++)
            {
                Expose(wavelengths[band], exposureMicroseconds[band], light, random, frame);
                for (var i = 0; i < pixels; i++)
                {
                    sums[i] += frame[i];
                }
            }

            for (var i = 0; i < pixels; i++)
            {
                values[(i * wavelengths.Count) + band] = sums[i] / averages;
            }
        }

        return new ReferenceFrame(new CubeShape(Lines, Samples, wavelengths.Count), values);
    }

    private static double PlanckPhotons(double nanometres, double kelvin) =>
        Math.Pow(nanometres, -4) / (Math.Exp(1.438776877e7 / (nanometres * kelvin)) - 1);
}
