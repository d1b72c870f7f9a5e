using System.Numerics;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>
/// xoshiro256** seeded by SplitMix64 (Blackman and Vigna, ACM Trans. Math. Softw. 47 (2021) 36): the same numbers on every machine and in
/// every version of the runtime, which System.Random does not promise.
/// </summary>
public sealed class DeterministicRandom
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Starts a stream.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">Which stream of that seed; different streams are independent.</param>
    public DeterministicRandom(long seed, long stream = 0) => Reseed(seed, stream);

    /// <summary>Starts another stream in place, without a new object.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">Which stream of that seed.</param>
    public void Reseed(long seed, long stream)
    {
        var state = unchecked(((ulong)seed * 0x9E3779B97F4A7C15UL) ^ (BitOperations.RotateLeft((ulong)stream, 32) * 0xD1342543DE82EF95UL));
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        unchecked
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
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

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

    private static ulong SplitMix(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15UL;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }
}
