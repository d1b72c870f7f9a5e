using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;
using HsiEdge.Devices.GenICam;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.IntegrationTests.Acquire;

/// <summary>Whole captures from a camera behind a link that loses packets, of pictures and of answers to commands: a cube is right in every band, or there is none.</summary>
public sealed class ScanOverLossyWireTests
{
    // The fake camera's picture is as bright as 1 + log10 of the exposure in 10 ms: three levels that cannot be taken for one another tell whose frame a band has.
    private static readonly double[] Exposures = [10_000, 5_000, 2_000];
    private const int Bands = 12;

    [Fact]
    public async Task A_cube_over_a_lossy_wire_is_right_in_every_band_or_refused_with_its_ledger()
    {
        using var folder = new TemporaryFolder();
        await using var wired = await WiredGigECamera.StartAsync();
        var plan = new ScanPlan("wire", new WavelengthAxis([.. Enumerable.Range(0, Bands).Select(b => 1000.0 + (10 * b))]), [.. Enumerable.Range(0, Bands).Select(b => Exposures[b % 3])], 0, 0.2, StoreRawCube: false);
        var camera = new GenICamCamera(new GenICamOptions { Device = wired.Serial, Features = GenICamRig.Features }, TimeProvider.System, NullLogger<GenICamCamera>.Instance);
        await using var cubes = ScanBench.CubesOf(camera, plan, board: null, pulses: null);
        await cubes.OpenAsync(GenICamRig.Within(20));
        Assert.True(await IsWholeAsync(cubes, 1));

        await wired.LoseAsync(0.01);
        var (whole, refused) = (0, 0);
        for (var sequence = 2L; (whole < 3 || refused < 5) && sequence < 80; sequence++)
        {
            if (await IsWholeAsync(cubes, sequence))
            {
                whole++;
            }
            else
            {
                refused++;
            }
        }

        var lost = await wired.LoseNothingAsync();
        TestContext.Current.SendDiagnosticMessage($"{whole} cubes whole, {refused} refused, {lost} packets lost; {camera.Counters}");
        Assert.True(whole >= 3 && refused >= 5, $"{whole} whole, {refused} refused");

        // What was lost is over: the first capture may still outwait what is owed to the last one.
        await IsWholeAsync(cubes, 100);
        for (var sequence = 101L; sequence < 104; sequence++)
        {
            Assert.True(await IsWholeAsync(cubes, sequence), $"capture {sequence}, after the loss");
        }
    }

    private static async Task<bool> IsWholeAsync(FrameCubeSource cubes, long sequence)
    {
        try
        {
            using var acquired = await ScanBench.CaptureAsync(cubes, sequence);
            Assert.All(acquired.Ledger.Pulses, p => Assert.True(p.Verdict is PulseVerdict.Paired or PulseVerdict.Late, p.ToString()));
            AssertOwnFrames((RawCube)acquired.Cube);
            return true;
        }
        catch (CameraFaultException e)
        {
            Assert.Contains(e.Ledger!.Pulses, p => p.Verdict == PulseVerdict.Missed);
            TestContext.Current.SendDiagnosticMessage($"{sequence}: {e.Message}");
            return false;
        }
    }

    private static void AssertOwnFrames(RawCube cube)
    {
        var (spectrum, brightest) = (new float[Bands], new float[Bands]);
        for (var pixel = 0; pixel < cube.Shape.PixelCount; pixel++)
        {
            cube.ReadPixels(pixel, 1, spectrum);
            for (var band = 0; band < Bands; band++)
            {
                brightest[band] = Math.Max(brightest[band], spectrum[band]);
            }
        }

        // The ramp spans 222 steps, and begins anew after 254.
        Assert.All(brightest.Index(), b => Assert.InRange(b.Item / (1 + Math.Log10(Exposures[b.Index % 3] / 10_000)), 215, 258));
    }
}
