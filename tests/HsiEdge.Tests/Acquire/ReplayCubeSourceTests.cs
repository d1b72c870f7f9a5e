using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Replay;
using HsiEdge.Phantom;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Acquire;

public sealed class ReplayCubeSourceTests
{
    private static readonly PhantomOptions Tiny = new()
    {
        Seed = 4,
        Lines = 10,
        Samples = 12,
        WavelengthAxis = WavelengthAxis.Linear(1000, 1600, 5),
        PixelPitchMillimetres = 0.5,
    };

    [Fact]
    public async Task Cubes_come_in_order_of_name_with_their_references_and_begin_again()
    {
        using var folder = new TemporaryFolder();
        PhantomDatasetWriter.Write(folder.Path, Tiny, patients: 2);
        await using var source = await OpenAsync(folder.Path);
        foreach (var (patient, n) in new[] { 0, 1, 0 }.Select((p, n) => (p, n)))
        {
            using var expected = PhantomGenerator.Generate(Tiny with { Patient = patient });
            using var acquired = await source.AcquireAsync(Trigger(n), default);
            Assert.Equal($"P00{patient + 1}.hdr", acquired.Origin);
            Assert.Equal(SpectralQuantity.RawCounts, acquired.Cube.Quantity);
            Assert.Equal(0.5, acquired.PixelPitchMillimetres);
            Assert.Equal(expected.Camera, acquired.Camera);
            Assert.Equal(TriggerLedger.None, acquired.Ledger);
            var (found, wanted) = (new float[5], new float[5]);
            acquired.Cube.ReadPixels(17, 1, found);
            expected.Raw.ReadPixels(17, 1, wanted);
            Assert.Equal(wanted, found);
            Assert.Equal(expected.White.Spectrum(1, 5).ToArray(), acquired.Calibration!.White.Spectrum(1, 5).ToArray(), (a, b) => Math.Abs(a - b) <= 0.5f);
            Assert.Equal(expected.Dark.Spectrum(1, 5).ToArray(), acquired.Calibration.Dark!.Spectrum(1, 5).ToArray(), (a, b) => Math.Abs(a - b) <= 0.5f);
        }
    }

    [Fact]
    public async Task Without_looping_a_capture_beyond_the_last_fails()
    {
        using var folder = new TemporaryFolder();
        WriteReflectance(folder.File("a.hdr"));
        await using var source = await OpenAsync(folder.Path, loop: false);
        (await source.AcquireAsync(Trigger(1), default)).Dispose();
        var error = await Assert.ThrowsAsync<CameraFaultException>(() => source.AcquireAsync(Trigger(2), default));
        Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reflectance_cube_needs_no_references()
    {
        using var folder = new TemporaryFolder();
        WriteReflectance(folder.File("a.hdr"));
        await using var source = await OpenAsync(folder.Path);
        using var acquired = await source.AcquireAsync(Trigger(1), default);
        Assert.Equal(SpectralQuantity.Reflectance, acquired.Cube.Quantity);
        Assert.Null(acquired.Calibration);
        Assert.Null(acquired.PixelPitchMillimetres);
        Assert.False(acquired.Camera.Synthetic);
    }

    [Fact]
    public async Task A_recording_that_cannot_be_used_is_named_and_the_next_one_is_played()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("a.hdr"), "no header", TestContext.Current.CancellationToken);
        using (var cube = PhantomGenerator.Generate(Tiny))
        {
            EnviWriter.WriteRaw(folder.File("b.hdr"), cube.Raw);
        }

        WriteReflectance(folder.File("c.hdr"));
        WriteReflectance(folder.File("d.hdr"));
        await using (var data = new FileStream(folder.File("c.img"), FileMode.Open))
        {
            data.SetLength(10);
        }

        await using var source = await OpenAsync(folder.Path);
        foreach (var (name, reason) in new[] { ("a.hdr", "ENVI"), ("b.hdr", "b_white.hdr"), ("c.img", "10") })
        {
            var error = await Assert.ThrowsAsync<BadInputException>(() => source.AcquireAsync(Trigger(1), default));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        }

        using var good = await source.AcquireAsync(Trigger(4), default);
        Assert.Equal("d.hdr", good.Origin);
    }

    [Fact]
    public async Task A_missing_folder_and_one_without_cubes_are_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var empty = await Assert.ThrowsAsync<BadInputException>(() => OpenAsync(folder.Path));
        Assert.Contains(folder.Path, empty.Message, StringComparison.Ordinal);
        var missing = await Assert.ThrowsAsync<BadInputException>(() => OpenAsync(folder.File("none")));
        Assert.Contains(folder.File("none"), missing.Message, StringComparison.Ordinal);
    }

    private static async Task<ReplayCubeSource> OpenAsync(string folder, bool loop = true)
    {
        var source = new ReplayCubeSource(new ReplayOptions { Folder = folder, Loop = loop }, TimeProvider.System, NullLogger<ReplayCubeSource>.Instance);
        await source.OpenAsync(default);
        return source;
    }

    private static void WriteReflectance(string path) =>
        EnviWriter.WriteCube<float>(path, new CubeShape(2, 3, 4), Interleave.Bip, [.. Enumerable.Range(0, 24).Select(i => i / 24f)], WavelengthAxis.Linear(1000, 1600, 4));

    private static TriggerEvent Trigger(long sequence) => new(sequence, 0, DateTimeOffset.UnixEpoch, TriggerCause.Replay);
}
