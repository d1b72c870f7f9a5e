namespace HsiEdge.Phantom.Scenes;

/// <summary>
/// A smooth random field over the endless plane of a wall: mean 0, standard deviation about 1. Value noise on a hashed lattice with quintic
/// interpolation, two octaves. The value at a place depends on the seed and the place alone, so views of the same wall fit together.
/// </summary>
public sealed class SmoothField
{
    // Brings the sum of both octaves to a standard deviation of about 1 (uniform lattice values, half weight at half the scale).
    private const float Gain = 2.28f;

    private readonly ulong _seed;
    private readonly double _perMillimetre;

    /// <summary>Makes a field.</summary>
    /// <param name="seed">Seed of the field.</param>
    /// <param name="scaleMillimetres">Distance in mm over which the field changes.</param>
    public SmoothField(ulong seed, double scaleMillimetres)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scaleMillimetres);
        _seed = PhantomRandom.Mix(seed);
        _perMillimetre = 1 / scaleMillimetres;
    }

    /// <summary>Value at a place.</summary>
    /// <param name="xMillimetres">Place along the samples in mm.</param>
    /// <param name="yMillimetres">Place along the lines in mm.</param>
    public float At(double xMillimetres, double yMillimetres)
    {
        var x = xMillimetres * _perMillimetre;
        var y = yMillimetres * _perMillimetre;
        return Gain * (Octave(x, y, 0) + (0.5f * Octave((2 * x) + 17.3, (2 * y) - 9.1, 1)));
    }

    private float Octave(double x, double y, ulong octave)
    {
        var column = (long)Math.Floor(x);
        var row = (long)Math.Floor(y);
        var u = Quintic((float)(x - column));
        var v = Quintic((float)(y - row));
        var top = Blend(Lattice(column, row, octave), Lattice(column + 1, row, octave), u);
        var bottom = Blend(Lattice(column, row + 1, octave), Lattice(column + 1, row + 1, octave), u);
        return Blend(top, bottom, v);
    }

    // Uniform in [-1, 1).
    private float Lattice(long column, long row, ulong octave)
    {
        var place = ((ulong)column * 0x9E3779B97F4A7C15UL) ^ ((ulong)row * 0xC2B2AE3D27D4EB4FUL) ^ (octave << 60);
        return ((PhantomRandom.Mix(_seed ^ place) >> 40) * (2f / (1 << 24))) - 1;
    }

    private static float Quintic(float t) => t * t * t * ((t * ((6 * t) - 15)) + 10);

    private static float Blend(float a, float b, float t) => a + ((b - a) * t);
}
