using CsCheck;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;
using Xunit;

namespace HsiEdge.Tests.Acquire;

public sealed class CubePoolTests
{
    private static readonly WavelengthAxis TwoBands = new([1000, 1100]);

    [Fact]
    public void A_cube_beyond_the_ceiling_is_refused_and_counted_until_one_comes_back()
    {
        var pool = new CubePool(2 * Bytes(10));
        var first = Rent(pool, 10)!;
        using var second = Rent(pool, 10)!;
        Assert.Null(Rent(pool, 10));
        Assert.Equal(1, pool.Refusals);
        first.Dispose();
        using var third = Rent(pool, 10);
        Assert.NotNull(third);
        Assert.Equal(2, pool.RentedCubes);
    }

    [Fact]
    public void Disposing_twice_returns_the_buffer_once()
    {
        var pool = new CubePool(Bytes(10));
        var cube = Rent(pool, 10)!;
        cube.Dispose();
        cube.Dispose();
        Assert.Equal(0, pool.RentedCubes);
        using var one = Rent(pool, 10);
        Assert.NotNull(one);
        Assert.Null(Rent(pool, 10));
    }

    [Fact]
    public void The_same_memory_is_used_again()
    {
        var pool = new CubePool(Bytes(10));
        using (var cube = Rent(pool, 10)!)
        {
            cube.Values.Fill(0xDEAD);
        }

        using var again = Rent(pool, 10)!;
        Assert.All(again.Values.ToArray(), v => Assert.Equal(0xDEAD, v));
    }

    [Fact]
    public void A_failed_cube_gives_its_buffer_back()
    {
        var pool = new CubePool(Bytes(10));
        Assert.Throws<ArgumentException>(() => pool.TryRent(new CubeShape(1, 6, 3), Interleave.Bsq, TwoBands, 100, out _));
        Assert.Equal(0, pool.RentedCubes);
        Assert.Equal(0, pool.RentedBytes);
    }

    [Fact]
    public void Nothing_leaks_and_the_ceiling_holds_in_any_order_of_renting_and_returning() =>
        Gen.Select(Gen.Int[1, 40], Gen.Bool).Array[0, 100].Sample(steps =>
        {
            var pool = new CubePool(Bytes(100));
            var held = new List<RawCube>();
            foreach (var (samples, rent) in steps)
            {
                if (rent)
                {
                    var expected = held.Sum(c => Bytes(c.Shape.Samples)) + Bytes(samples) <= pool.CeilingBytes;
                    var cube = Rent(pool, samples);
                    Assert.Equal(expected, cube is not null);
                    if (cube is not null)
                    {
                        held.Add(cube);
                    }
                }
                else if (held.Count > 0)
                {
                    held[0].Dispose();
                    held.RemoveAt(0);
                }

                Assert.Equal(held.Sum(c => Bytes(c.Shape.Samples)), pool.RentedBytes);
                Assert.InRange(pool.RentedBytes + pool.FreeBytes, 0, pool.CeilingBytes);
            }

            held.ForEach(c => c.Dispose());
            Assert.Equal((0, 0), (pool.RentedCubes, pool.RentedBytes));
        });

    private static long Bytes(int samples) => samples * 2 * sizeof(ushort);

    private static RawCube? Rent(CubePool pool, int samples) =>
        pool.TryRent(new CubeShape(1, samples, 2), Interleave.Bsq, TwoBands, 1000, out var cube) ? cube : null;
}
