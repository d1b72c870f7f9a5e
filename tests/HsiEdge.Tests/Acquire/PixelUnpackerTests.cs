using CsCheck;
using HsiEdge.Devices.GenICam;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Acquire;

/// <summary>Bytes become counts as the format's definition says: a stream of bits, least significant first.</summary>
public sealed class PixelUnpackerTests
{
    private static readonly GenICamPixelFormat[] Formats = Enum.GetValues<GenICamPixelFormat>();

    [Fact]
    public void Every_format_agrees_with_its_definition_bit_by_bit()
    {
        Gen.Select(Gen.Int[0, Formats.Length - 1].Select(i => Formats[i]), Gen.Int[1, 200], Gen.Byte.Array[400]).Sample((format, pixels, bytes) =>
        {
            var counts = new ushort[pixels];
            PixelUnpacker.Unpack(format, bytes.AsSpan(0, PixelUnpacker.Bytes(format, pixels)), counts);
            for (var i = 0; i < pixels; i++)
            {
                Assert.Equal(BitByBit(format, bytes, i), counts[i]);
            }
        });
    }

    [Theory]
    [InlineData(GenICamPixelFormat.Mono8, 255, 3)]
    [InlineData(GenICamPixelFormat.Mono10, 1_023, 6)]
    [InlineData(GenICamPixelFormat.Mono12, 4_095, 6)]
    [InlineData(GenICamPixelFormat.Mono12p, 4_095, 5)]
    [InlineData(GenICamPixelFormat.Mono14, 16_383, 6)]
    [InlineData(GenICamPixelFormat.Mono16, 65_535, 6)]
    public void All_ones_are_full_scale_and_three_pixels_take_whole_bytes(GenICamPixelFormat format, int fullScale, int bytes)
    {
        Assert.Equal((fullScale, bytes), (PixelUnpacker.FullScale(format), PixelUnpacker.Bytes(format, 3)));
        var counts = new ushort[3];
        PixelUnpacker.Unpack(format, Enumerable.Repeat((byte)0xFF, bytes).ToArray(), counts);
        Assert.All(counts, c => Assert.Equal(fullScale, c));
    }

    [Fact]
    public void Two_packed_pixels_lie_as_the_convention_shows()
    {
        var counts = new ushort[2];
        PixelUnpacker.Unpack(GenICamPixelFormat.Mono12p, [0xBC, 0x3A, 0x12], counts);
        Assert.Equal([0xABC, 0x123], counts);
    }

    [Fact]
    public void A_frame_that_is_too_short_is_refused()
    {
        foreach (var format in Formats)
        {
            var error = Assert.Throws<ArgumentException>(() => PixelUnpacker.Unpack(format, new byte[PixelUnpacker.Bytes(format, 5) - 1], new ushort[5]));
            Assert.Contains(format.ToString(), error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Unpacking_allocates_nothing()
    {
        var bytes = new byte[2 * 640 * 64];
        var counts = new ushort[640 * 64];
        Assert.Equal(0, Allocations.LeastOf(() =>
        {
            foreach (var format in Formats)
            {
                PixelUnpacker.Unpack(format, bytes, counts);
            }
        }));
    }

    /// <summary>Bits of a pixel one after another from the format's stride and depth.</summary>
    private static ushort BitByBit(GenICamPixelFormat format, byte[] bytes, int pixel)
    {
        var (stride, depth) = format switch
        {
            GenICamPixelFormat.Mono8 => (8, 8),
            GenICamPixelFormat.Mono10 => (16, 10),
            GenICamPixelFormat.Mono12 => (16, 12),
            GenICamPixelFormat.Mono12p => (12, 12),
            GenICamPixelFormat.Mono14 => (16, 14),
            _ => (16, 16),
        };
        var count = 0;
        for (var bit = 0; bit < depth; bit++)
        {
            var at = (pixel * stride) + bit;
            count |= ((bytes[at / 8] >> (at % 8)) & 1) << bit;
        }

        return (ushort)count;
    }
}
