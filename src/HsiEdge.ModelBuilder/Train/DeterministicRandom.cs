using System.Numerics;
using HsiEdge.Core;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>The trainer's random numbers, by <see cref="Xoshiro256"/>: the same on every machine.</summary>
public sealed class DeterministicRandom
{
    private Xoshiro256 _bits;

    /// <summary>Starts a stream.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">Which stream of that seed; different streams are independent.</param>
    public DeterministicRandom(long seed, long stream = 0) => Reseed(seed, stream);

    /// <summary>Starts another stream in place, without a new object.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">Which stream of that seed.</param>
    public void Reseed(long seed, long stream)
    {
        _bits = new Xoshiro256(unchecked(((ulong)seed * 0x9E3779B97F4A7C15UL) ^ (BitOperations.RotateLeft((ulong)stream, 32) * 0xD1342543DE82EF95UL)));
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits() => _bits.NextBits();

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => _bits.NextUnit();

    /// <summary>Uniform in [−1, 1).</summary>
    public double NextSymmetric() => (2 * NextDouble()) - 1;

    /// <summary>Uniform in 0…limit−1.</summary>
    /// <param name="limit">Above 0.</param>
    public int Next(int limit) => (int)Math.BigMul(NextBits(), (ulong)limit, out _);

    /// <summary>
    /// Nearly normal, mean 0 and variance 1, within ±3.5: the sum of four uniform 16-bit numbers. No logarithm, hence the same on every machine.
    /// </summary>
    public float NextNormal()
    {
        var bits = NextBits();
        var sum = (int)(bits & 0xFFFF) + (int)((bits >> 16) & 0xFFFF) + (int)((bits >> 32) & 0xFFFF) + (int)(bits >> 48);
        return (sum - 131070) * (1.7320508f / 65536f);
    }

    /// <summary>Fisher–Yates.</summary>
    /// <typeparam name="T">Element.</typeparam>
    /// <param name="items">Shuffled in place.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
