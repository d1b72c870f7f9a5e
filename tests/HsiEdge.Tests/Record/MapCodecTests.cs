using CsCheck;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Record;

public sealed class MapCodecTests
{
    [Fact]
    public void Any_maps_come_back_bit_for_bit() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[1, 20], Gen.Int[1, 6], Gen.Int).Sample((lines, samples, classes, seed) =>
        {
            var random = new Random(seed);
            var values = new float[lines * samples * classes];
            foreach (ref var value in values.AsSpan())
            {
                value = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            }

            var map = new byte[lines * samples];
            random.NextBytes(map);
            var maps = new CubeMaps(new ClassMap(lines, samples, map), new ProbabilityMap(lines, samples, classes, values), new PixelCounts(0, 0, 0, 0, 0), CalibrationFlags.None);
            var (decodedClasses, decodedProbabilities) = MapCodec.Decode(MapCodec.Encode(maps), lines, samples, classes, "id");
            return decodedClasses.Values.AsSpan().SequenceEqual(map)
                && values.Select(BitConverter.SingleToInt32Bits).SequenceEqual(decodedProbabilities.Values.Select(BitConverter.SingleToInt32Bits));
        });

    [Fact]
    public void Any_flipped_byte_is_found()
    {
        var encoded = MapCodec.Encode(SampleRecords.MapsOf(8, 9, new Random(3)));
        var pieces = new[] { encoded.Classes, encoded.Probabilities, encoded.Sha256 };
        foreach (var piece in pieces)
        {
            for (var i = 0; i < piece.Length; i++)
            {
                // Zstandard's frame has a few bits that mean nothing; what they leave unchanged is the data, which the digest covers.
                piece[i] ^= 0x10;
                try
                {
                    var (classes, _) = MapCodec.Decode(encoded, 8, 9, 3, "01ARZ3NDEKTSV4RRFFQ69G5FAV");
                    Assert.Equal(SampleRecords.MapsOf(8, 9, new Random(3)).Classes.Values, classes.Values);
                }
                catch (StoreFaultException exception)
                {
                    Assert.Contains("01ARZ3NDEKTSV4RRFFQ69G5FAV", exception.Message, StringComparison.Ordinal);
                }

                piece[i] ^= 0x10;
            }
        }

        encoded.Sha256[0] ^= 1;
        Assert.Throws<StoreFaultException>(() => MapCodec.Decode(encoded, 8, 9, 3, "id"));
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_found()
    {
        var encoded = MapCodec.Encode(SampleRecords.MapsOf(8, 9, new Random(3)));
        Assert.Throws<StoreFaultException>(() => MapCodec.Decode(encoded, 7, 9, 3, "id"));
        Assert.Throws<StoreFaultException>(() => MapCodec.Decode(encoded, 80, 9, 3, "id"));
    }

    [Fact]
    public void Sizes_that_promise_much_take_no_memory()
    {
        var encoded = MapCodec.Encode(SampleRecords.MapsOf(8, 9, new Random(3)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<StoreFaultException>(() => MapCodec.Decode(encoded, 10_000, 10_000, 5, "id"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }
}
