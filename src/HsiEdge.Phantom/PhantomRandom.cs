using System.Numerics;

namespace HsiEdge.Phantom;

/// <summary>
/// The phantom's own random numbers: the same seed gives the same sequence on every machine and runtime.
/// xoshiro256** seeded by SplitMix64 (Blackman and Vigna, ACM Trans. Math. Softw. 47 (2021) 36).
/// </summary>
public sealed class PhantomRandom
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Starts a sequence.</summary>
    /// <param name="seed">Any value.</param>
    /// <param name="stream">Separates sequences of one seed (patient, instrument, noise of capture n).</param>
    public PhantomRandom(ulong seed, ulong stream = 0)
    {
        var state = Mix(seed) ^ Mix(stream + 0x9E3779B97F4A7C15UL);
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    /// <summary>64 uniform bits.</summary>
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextUnit() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high).</summary>
    public double NextBetween(double low, double high) => low + ((high - low) * NextUnit());

    /// <summary>Standard normal (Box–Muller).</summary>
    public double NextNormal() =>
        Math.Sqrt(-2 * Math.Log(1 - NextUnit())) * Math.Cos(2 * Math.PI * NextUnit());

    /// <summary>One well-mixed value of another: a hash of lattice points and identifiers.</summary>
    /// <param name="value">Any value.</param>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }

    private static ulong SplitMix(ref ulong state) => Mix(state += 0x9E3779B97F4A7C15UL);
}
