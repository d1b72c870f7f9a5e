using HsiEdge.Core;

namespace HsiEdge.Proofs.Fuzz;

/// <summary>Choices of a mutator: the same on every machine for the same seed. A mutable value, passed by reference.</summary>
internal struct FuzzRandom(ulong seed)
{
    private Xoshiro256 _bits = new(seed);

    /// <summary>Uniform in 0…below−1.</summary>
    public int Next(int below) => (int)(_bits.NextBits() % (uint)below);

    /// <summary>True once in so many.</summary>
    public bool OneIn(int times) => Next(times) == 0;

    /// <summary>64 bits.</summary>
    public ulong Bits() => _bits.NextBits();

    /// <summary>One of several.</summary>
    public T Of<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    /// <summary>A length: mostly small, now and then up to a largest.</summary>
    public int Length(int largest) => 1 + Next(OneIn(8) ? largest : Math.Min(largest, 1 << Next(6)));
}
