using HsiEdge.Appliance.Hosting;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Pipeline;

public sealed class StoredReferencesTests : IDisposable
{
    private static readonly CameraIdentity Camera = new("Fake camera", "FAKE-1", Synthetic: true);
    private static readonly ScanPlan Plan = new("plan", new WavelengthAxis([1000, 1100]), [1000, 2000], 0, 0.5, StoreRawCube: false);
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
    private readonly Source _source = new();
    private readonly HealthBoard _health = new(TimeProvider.System);

    [Fact]
    public async Task References_are_taken_once_and_then_kept()
    {
        var first = await ObtainAsync(Camera, Plan);
        _time.Advance(TimeSpan.FromHours(1));
        var second = await ObtainAsync(Camera, Plan);
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(first.White.Spectrum(1, 1).ToArray(), second.White.Spectrum(1, 1).ToArray());
        Assert.Equal(1, _source.Taken);
    }

    [Theory]
    [InlineData("serial")]
    [InlineData("bands")]
    [InlineData("exposure")]
    [InlineData("age")]
    [InlineData("damage")]
    public async Task What_does_not_fit_is_not_used(string misfit)
    {
        var first = await ObtainAsync(Camera, Plan);
        if (misfit == "age")
        {
            _time.Advance(TimeSpan.FromHours(25));
        }

        if (misfit == "damage")
        {
            await File.WriteAllTextAsync(_folder.File("calibration", CalibrationStore.DocumentName), "{");
        }

        var second = misfit switch
        {
            "serial" => await ObtainAsync(Camera with { Serial = "FAKE-2" }, Plan),
            "bands" => await ObtainAsync(Camera, Plan with { Wavelengths = new WavelengthAxis([1000, 1200]) }),
            "exposure" => await ObtainAsync(Camera, Plan with { ExposureMicroseconds = [1000, 2100] }),
            _ => await ObtainAsync(Camera, Plan),
        };
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(2, _source.Taken);
    }

    [Fact]
    public async Task References_that_the_disk_refuses_are_used_and_kept_later()
    {
        // A file in the place of the folder refuses every write, whoever asks.
        await File.WriteAllTextAsync(_folder.File("calibration"), "in the way");
        var stored = Stored();
        var taken = await stored.ObtainAsync(_source, Camera, Plan, CancellationToken.None);
        Assert.Equal(Camera.Serial, taken!.CameraSerial);
        var item = Assert.Single(_health.Snapshot().Items);
        Assert.Equal(("disk", HealthState.Warning), (item.Component, item.State));
        Assert.Contains(_folder.File("calibration"), item.Reason, StringComparison.Ordinal);

        File.Delete(_folder.File("calibration"));
        stored.KeepAgain();
        Assert.False(CalibrationStore.Exists(_folder.File("calibration")));
        _time.Advance(ReferenceKeeper.RetakeInterval);
        stored.KeepAgain();
        Assert.Equal(HealthState.Ok, Assert.Single(_health.Snapshot().Items).State);
        Assert.Equal(taken.Id, (await ObtainAsync(Camera, Plan)).Id);
        Assert.Equal(1, _source.Taken);
    }

    [Fact]
    public async Task What_a_camera_takes_of_itself_is_judged_and_a_failing_check_keeps_the_set_there_is()
    {
        var first = await ObtainAsync(Camera, Plan);
        Assert.Equal("plan", first.PlanName);
        Assert.Contains("white level", first.Checks.Select(c => c.Name));

        _source.WhiteLevel = 110;
        var error = await Assert.ThrowsAsync<BadInputException>(() => Stored().RetakeAsync(_source, Camera, Plan, CancellationToken.None));
        Assert.Contains("white level is 0.0025, expected at least 0.02", error.Message, StringComparison.Ordinal);
        Assert.Equal(first.Id, CalibrationStore.Load(_folder.File("calibration")).Id);

        // At the start with a set that does not fit: none, rather than a wrong one.
        Assert.Null(await Stored().ObtainAsync(_source, Camera with { Serial = "FAKE-2" }, Plan, CancellationToken.None));
        Assert.Equal(first.Id, CalibrationStore.Load(_folder.File("calibration")).Id);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<CalibrationSet> ObtainAsync(CameraIdentity camera, ScanPlan plan)
    {
        var set = await Stored().ObtainAsync(_source, camera, plan, CancellationToken.None);
        Assert.NotNull(set);
        return set;
    }

    private StoredReferences Stored() => new(_folder.File("calibration"), 24, 0.5, 5, new UlidGenerator(_time), _health, _time, NullLogger.Instance);

    private sealed class Source : IReferenceSource
    {
        public int Taken { get; private set; }

        public bool[]? BadPixels => null;

        public double SaturationCounts => 4095;

        public float WhiteLevel { get; set; } = 3000;

        public Task<ReferenceFrame> TakeDarkAsync(ScanPlan plan, CancellationToken cancellationToken) => Task.FromResult(Frame(100));

        public Task<ReferenceFrame> TakeWhiteAsync(ScanPlan plan, CancellationToken cancellationToken)
        {
            Taken++;
            return Task.FromResult(Frame(WhiteLevel));
        }

        private static ReferenceFrame Frame(float level) => new(new CubeShape(4, 4, 2), [.. Enumerable.Range(0, 32).Select(i => level + i)]);
    }
}
