using System.Runtime.InteropServices;
using HsiEdge.Devices.V4l2;
using Xunit;

namespace HsiEdge.Tests.Acquire;

public sealed class V4l2UnpackerTests
{
    [Fact]
    public void Packed_ten_bit_pixels_are_those_that_CSI_2_sends()
    {
        var counts = new ushort[6];
        V4l2Unpacker.Unpack(V4l2PixelFormat.Y10P, [0x01, 0x80, 0xFF, 0x00, 0b_11_10_01_00, 0xAA, 0x55, 0, 0, 0b_00_00_11_10], 0, counts);
        Assert.Equal<ushort>([0x004, 0x201, 0x3FE, 0x003, 0x2AA, 0x157], counts);
    }

    [Fact]
    public void Packed_twelve_bit_pixels_are_those_that_CSI_2_sends()
    {
        var counts = new ushort[3];
        V4l2Unpacker.Unpack(V4l2PixelFormat.Y12P, [0x12, 0xAB, 0xC3, 0xFF, 0x00, 0x0F], 0, counts);
        Assert.Equal<ushort>([0x123, 0xABC, 0xFFF], counts);
    }

    [Theory]
    [InlineData(V4l2PixelFormat.Y10, 0, 0x3FF)]
    [InlineData(V4l2PixelFormat.Y12, 0, 0xFFF)]
    [InlineData(V4l2PixelFormat.Y14, 0, 0x3FFF)]
    [InlineData(V4l2PixelFormat.Y16, 0, 0xFFFF)]
    [InlineData(V4l2PixelFormat.Y12, 4, 0xFFF)]
    public void Words_lose_the_bits_that_the_format_does_not_use(V4l2PixelFormat format, int shift, int fullScale)
    {
        ushort[] words = [0x0000, 0x1234, 0x8765, 0xFFFF];
        var counts = new ushort[4];
        V4l2Unpacker.Unpack(format, MemoryMarshal.AsBytes(words.AsSpan()), shift, counts);
        Assert.Equal(words.Select(w => (ushort)((w >> shift) & fullScale)), counts);
        Assert.Equal(fullScale, V4l2Unpacker.FullScale(format));
    }

    [Theory]
    [InlineData(V4l2PixelFormat.Y12, 6, 12)]
    [InlineData(V4l2PixelFormat.Y10P, 6, 10)]
    [InlineData(V4l2PixelFormat.Y12P, 7, 12)]
    public void A_line_that_is_too_short_is_refused(V4l2PixelFormat format, int samples, int bytes)
    {
        Assert.Equal(bytes, V4l2Unpacker.LineBytes(format, samples));
        Assert.Throws<ArgumentException>(() => V4l2Unpacker.Unpack(format, new byte[bytes - 1], 0, new ushort[samples]));
    }
}
