using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Acquire;

public sealed class ReferencesTests
{
    [Fact]
    public async Task Pixels_the_references_show_to_be_dead_join_those_the_camera_knows()
    {
        var plan = new ScanPlan("plan", new WavelengthAxis([1000, 1100]), [1000, 2000], 0, 0.5, StoreRawCube: false);
        var set = await new Source().TakeSetAsync(
            new CameraIdentity("Fake camera", "FAKE-1", Synthetic: true), plan, "set", new FakeTimeProvider(), TestContext.Current.CancellationToken);
        Assert.Equal("plan", set.PlanName);
        Assert.Equal(31.5, set.SensorTemperatureCelsius);
        Assert.Contains("white corners", set.Checks.Select(c => c.Name));
        Assert.Equal([7, 20, 33], set.BadPixels!.Index().Where(p => p.Item).Select(p => p.Index));
    }

    /// <summary>6 × 8 pixels: 20 is hot, 33 is blind; the camera knows of 7.</summary>
    private sealed class Source : IReferenceSource
    {
        private static readonly CubeShape Shape = new(6, 8, 2);

        public bool[]? BadPixels { get; } = [.. Enumerable.Range(0, 48).Select(p => p == 7)];

        public double SaturationCounts => 4095;

        public double? TemperatureCelsius => 31.5;

        public Task<ReferenceFrame> TakeDarkAsync(ScanPlan plan, CancellationToken cancellationToken) => Task.FromResult(Frame(p => p == 20 ? 900 : 100));

        public Task<ReferenceFrame> TakeWhiteAsync(ScanPlan plan, CancellationToken cancellationToken) =>
            Task.FromResult(Frame(p => p switch { 20 => 3900, 33 => 120, _ => 3100 }));

        private static ReferenceFrame Frame(Func<int, float> level) => new(Shape, [.. Enumerable.Range(0, 96).Select(i => level(i / 2))]);
    }
}
