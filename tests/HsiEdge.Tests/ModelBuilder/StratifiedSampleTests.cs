using CsCheck;
using HsiEdge.ModelBuilder.Data;
using Xunit;

namespace HsiEdge.Tests.ModelBuilder;

public sealed class StratifiedSampleTests
{
    [Fact]
    public void Shares_fill_the_capacity_and_nobody_with_less_gets_less_than_he_has() => Gen.Select(Gen.Long[0, 1000].Array[1, 8], Gen.Long[0, 3000])
        .Sample((counts, capacity) =>
        {
            var shares = StratifiedSample.Share(counts, capacity);

            Assert.Equal(Math.Min(capacity, counts.Sum()), shares.Sum());
            for (var i = 0; i < counts.Length; i++)
            {
                Assert.InRange(shares[i], 0, counts[i]);

                // Who gets less than he has gets at most one less than anyone else.
                Assert.True(shares[i] == counts[i] || shares[i] >= shares.Max() - 1);
            }
        });
}
