using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Infer;

namespace HsiEdge.Core.Pipeline;

/// <summary>Calibrate and Infer over a cube, tile by tile on N workers. Live capture, replay and evaluation share it.</summary>
public sealed class CubeProcessor : IDisposable
{
    /// <summary>Makes a processor with its workers and buffers.</summary>
    /// <param name="model">The model; not disposed here.</param>
    /// <param name="options">Workers, tile size and limits.</param>
    public CubeProcessor(IPixelModel model, ProcessingOptions options) => throw new NotImplementedException();

    /// <summary>Makes the maps of one cube.</summary>
    /// <param name="cube">The cube.</param>
    /// <param name="calibration">References for raw counts; null when the cube is already reflectance or absorbance.</param>
    /// <param name="nowUtc">Wall clock, for the age of the references.</param>
    /// <param name="progress">Receives the share done, 0…1, or null.</param>
    /// <param name="cancellationToken">Stops between tiles.</param>
    /// <exception cref="BadInputException">The cube does not fit the model or the references; the message says which and how.</exception>
    public CubeMaps Process(
        AcquiredCube cube, CalibrationSet? calibration, DateTimeOffset nowUtc, IProgress<double>? progress, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
