using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Core.Acquire;

/// <summary>A captured or recorded cube with where it came from. Disposing it disposes the cube.</summary>
public sealed class AcquiredCube : IDisposable
{
    /// <summary>The trigger that asked for it.</summary>
    public required TriggerEvent Trigger { get; init; }

    /// <summary>The data.</summary>
    public required ISpectralCube Cube { get; init; }

    /// <summary>Which camera.</summary>
    public required CameraIdentity Camera { get; init; }

    /// <summary>Exposure of each band in µs; empty where unknown (a recording).</summary>
    public required IReadOnlyList<double> ExposureMicroseconds { get; init; }

    /// <summary>Size of one pixel on the tissue in mm; null where unknown: areas are then given in pixels only.</summary>
    public required double? PixelPitchMillimetres { get; init; }

    /// <summary>Plan name or file name.</summary>
    public required string Origin { get; init; }

    /// <summary>What became of every trigger pulse and frame; <see cref="TriggerLedger.None"/> for a recording.</summary>
    public required TriggerLedger Ledger { get; init; }

    /// <summary>What the frames without light showed, in the order of the plan; empty where it takes none.</summary>
    public IReadOnlyList<DarkLevel> DarkLevels { get; init; } = [];

    /// <summary>Sensor temperature in °C at the end of the capture; null where the camera tells none.</summary>
    public double? SensorTemperatureCelsius { get; init; }

    /// <summary>Ticks of <see cref="TimeProvider.GetTimestamp"/> when the last frame arrived.</summary>
    public required long LastFrameTimestamp { get; init; }

    /// <summary>References that travel with a recording (files beside the cube); null where the pipeline's own references apply.</summary>
    public CalibrationSet? Calibration { get; init; }

    /// <summary>Whether the raw cube is to be kept as ENVI beside the result.</summary>
    public bool StoreRawCube { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Cube.Dispose();
}
