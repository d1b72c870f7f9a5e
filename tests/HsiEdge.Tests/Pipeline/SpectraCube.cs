using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Tests.Pipeline;

/// <summary>A cube of given values (BIP) in memory, of any quantity.</summary>
internal sealed class SpectraCube(CubeShape shape, WavelengthAxis axis, SpectralQuantity quantity, float[] values, double? saturation = null) : ISpectralCube
{
    public CubeShape Shape => shape;

    public WavelengthAxis Wavelengths => axis;

    public SpectralQuantity Quantity => quantity;

    public double? SaturationCounts => saturation;

    public void ReadPixels(long firstPixel, int pixelCount, Span<float> destination) =>
        values.AsSpan((int)firstPixel * shape.Bands, pixelCount * shape.Bands).CopyTo(destination);

    public void Dispose()
    {
    }

    /// <summary>As if it had been acquired.</summary>
    public static AcquiredCube Acquired(
        ISpectralCube cube, string serial = "S1", IReadOnlyList<double>? exposures = null, IReadOnlyList<DarkLevel>? darkLevels = null, double? temperature = null) => new()
        {
            Trigger = new TriggerEvent(1, 0, DateTimeOffset.UnixEpoch, TriggerCause.Interval),
            Cube = cube,
            Camera = new CameraIdentity("test", serial, true),
            ExposureMicroseconds = exposures ?? [],
            PixelPitchMillimetres = 0.1,
            Origin = "test.hdr",
            Ledger = TriggerLedger.None,
            LastFrameTimestamp = 0,
            DarkLevels = darkLevels ?? [],
            SensorTemperatureCelsius = temperature,
        };
}
