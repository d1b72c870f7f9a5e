using CsCheck;
using HsiEdge.Devices.GenICam;
using Xunit;

namespace HsiEdge.Tests.Acquire;

/// <summary>Frames are numbered without a break, whatever the width of the camera's own count.</summary>
public sealed class FrameNumbersTests
{
    [Fact]
    public void Sixteen_bits_go_on_after_their_last_with_gaps_as_they_are()
    {
        // Steps that lose up to a thousand frames, or bring one late.
        Gen.Select(Gen.Int[1, 65_535], Gen.Int[-3, 1_000].Array[300]).Sample((start, steps) =>
        {
            var numbers = new FrameNumbers();
            var frame = start + 65_535L;
            var first = frame - (long)numbers.Number(Sent(frame));
            foreach (var step in steps.Select((s, i) => i < 4 ? Math.Abs(s) : s))
            {
                frame += step;
                Assert.Equal(frame - first, (long)numbers.Number(Sent(frame)));
            }
        });
    }

    [Fact]
    public void Zero_is_no_number_of_a_frame()
    {
        var numbers = new FrameNumbers();
        Assert.Equal([65_534UL, 65_535, 65_536, 65_537], new ulong[] { 65_534, 65_535, 1, 2 }.Select(numbers.Number));
    }

    [Fact]
    public void Sixty_four_bits_stay_as_they_are()
    {
        var numbers = new FrameNumbers();
        ulong[] sent = [0, 1, 65_534, 65_535, 65_536, 65_537, 70_000, 1UL << 40];
        Assert.Equal(sent, sent.Select(numbers.Number));
    }

    [Fact]
    public void A_restarted_camera_may_count_from_one()
    {
        var numbers = new FrameNumbers();
        numbers.Number(60_000);
        numbers.Restart();
        Assert.Equal(1UL, numbers.Number(1));
    }

    [Fact]
    public void A_frame_that_lost_its_number_follows_the_last_one_and_shifts_none_after_it()
    {
        // Numbers of 16 bits and of 64; each frame keeps its own, or has lost it.
        Gen.Select(Gen.Int[1, 65_535], Gen.Bool.Array[200], Gen.Bool).Sample((start, kept, wide) =>
        {
            var numbers = new FrameNumbers();
            var frame = start + (wide ? 1L << 20 : 65_535L);
            var first = frame - (long)numbers.Number(wide ? (ulong)frame : Sent(frame));
            foreach (var hasNumber in kept)
            {
                frame++;
                Assert.Equal(frame - first, (long)(hasNumber ? numbers.Number(wide ? (ulong)frame : Sent(frame)) : numbers.NumberWithout()));
            }
        });
    }

    [Fact]
    public void Before_any_number_is_known_a_frame_without_one_is_zero()
    {
        var numbers = new FrameNumbers();
        Assert.Equal((0UL, 0UL, 2UL, 3UL), (numbers.NumberWithout(), numbers.NumberWithout(), numbers.Number(2), numbers.NumberWithout()));
    }

    private static ulong Sent(long frame) => (ulong)((frame - 1) % 65_535) + 1;
}
