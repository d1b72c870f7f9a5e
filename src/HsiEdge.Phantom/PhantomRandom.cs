using HsiEdge.Core;

namespace HsiEdge.Phantom;

/// <summary>
/// The phantom's own random numbers: the same seed gives the same sequence on every machine and runtime.
/// Bits by <see cref="Xoshiro256"/>.
/// </summary>
public sealed class PhantomRandom
{
    private Xoshiro256 _bits;

    /// <summary>Starts a sequence.</summary>
    /// <param name="seed">Any value.</param>
    /// <param name="stream">Separates sequences of one seed (patient, instrument, noise of capture n).</param>
    public PhantomRandom(ulong seed, ulong stream = 0) =>
        _bits = new Xoshiro256(Mix(seed) ^ Mix(stream + 0x9E3779B97F4A7C15UL));

    /// <summary>64 uniform bits.</summary>
    public ulong NextBits() => _bits.NextBits();

    /// <summary>Uniform in [0, 1).</summary>
    public double NextUnit() => _bits.NextUnit();

    /// <summary>Uniform in [low, high).</summary>
    public double NextBetween(double low, double high) => low + ((high - low) * NextUnit());

    /// <summary>Standard normal (Box–Muller).</summary>
    public double NextNormal() =>
        Math.Sqrt(-2 * Math.Log(1 - NextUnit())) * Math.Cos(2 * Math.PI * NextUnit());

    /// <summary>One well-mixed value of another: a hash of lattice points and identifiers.</summary>
    /// <param name="value">Any value.</param>
    public static ulong Mix(ulong value) => Xoshiro256.Mix(value);
}
