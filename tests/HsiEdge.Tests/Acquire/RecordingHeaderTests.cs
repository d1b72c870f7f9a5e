using HsiEdge.Core.Envi;
using HsiEdge.Devices.Replay;
using Xunit;

namespace HsiEdge.Tests.Acquire;

public sealed class RecordingHeaderTests
{
    private const string Least = "ENVI\nsamples = 2\nlines = 3\nbands = 1\ndata type = 12\ninterleave = bsq\n";

    [Theory]
    [InlineData("pixel size = {0.2, 0.2, units=Millimeters}", 0.2)]
    [InlineData("pixel size = {0.2, 0.2, units = millimeters}", 0.2)]
    [InlineData("pixel size = {0.2, 0.3, units=Millimeters}", null)]
    [InlineData("pixel size = {0.2, 0.2, units=Meters}", null)]
    [InlineData("pixel size = {-1, -1, units=Millimeters}", null)]
    [InlineData("", null)]
    public void The_pitch_is_taken_where_it_is_one_number_in_mm(string line, double? pitch) =>
        Assert.Equal(pitch, RecordingHeader.PixelPitchMillimetres(EnviHeader.Parse(Least + line + "\n", "test.hdr")));

    [Fact]
    public void The_camera_is_who_the_header_says_and_synthetic_where_it_says_so()
    {
        var real = RecordingHeader.Camera(EnviHeader.Parse(Least + "sensor type = FX17\nserial number = 42\n", "test.hdr"), "unknown");
        Assert.Equal(("FX17", "42", false), (real.Model, real.Serial, real.Synthetic));
        var made = RecordingHeader.Camera(EnviHeader.Parse(Least + "description = {Synthetic wall}\n", "test.hdr"), "unknown");
        Assert.Equal(("recording", "unknown", true), (made.Model, made.Serial, made.Synthetic));
    }
}
