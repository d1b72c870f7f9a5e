using System.Collections.Concurrent;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Testing;

/// <summary>
/// A camera that does what a test says, one step a capture; without a step it shows the wall alone. Fits <see cref="ThresholdModel"/>: 32 × 32 pixels
/// of 0.5 mm, wall at 100 counts and lesion at 900 of a white of 1000.
/// </summary>
public sealed class FakeCamera(TimeProvider time) : ICubeSource
{
    public const int Size = 32;
    private readonly ConcurrentQueue<Func<TriggerEvent, CancellationToken, Task<AcquiredCube>>> _steps = new();

    public CameraIdentity Camera { get; } = new("Fake camera", "FAKE-1", Synthetic: true);

    public TriggerLedger? LastLedger { get; set; }

    public int OpenCount { get; private set; }

    public bool Disposed { get; private set; }

    public bool KeepRawCubes { get; set; }

    /// <summary>Of the sensor, in °C; null where it tells none.</summary>
    public double? TemperatureCelsius { get; set; }

    public Queue<Exception> OpenFaults { get; } = new();

    /// <summary>References that fit, taken now.</summary>
    public CalibrationSet References() => new()
    {
        Id = "references",
        CameraSerial = Camera.Serial,
        ExposureMicroseconds = [1000, 1000],
        Wavelengths = ThresholdModel.Axis,
        TakenUtc = time.GetUtcNow(),
        SensorTemperatureCelsius = TemperatureCelsius,
        Dark = null,
        White = new ReferenceFrame(new CubeShape(1, Size, 2), [.. Enumerable.Repeat(1000f, Size * 2)]),
    };

    public void Then(Func<TriggerEvent, CancellationToken, Task<AcquiredCube>> step) => _steps.Enqueue(step);

    public void ThenLesion() => Then((trigger, _) => Task.FromResult(Cube(trigger, lesion: true)));

    public void ThenWall() => Then((trigger, _) => Task.FromResult(Cube(trigger, lesion: false)));

    public void ThenThrow(Exception fault) => Then((_, _) => Task.FromException<AcquiredCube>(fault));

    public Task OpenAsync(CancellationToken cancellationToken)
    {
        OpenCount++;
        return OpenFaults.TryDequeue(out var fault) ? Task.FromException(fault) : Task.CompletedTask;
    }

    public Task<AcquiredCube> AcquireAsync(TriggerEvent trigger, CancellationToken cancellationToken) =>
        _steps.TryDequeue(out var step) ? step(trigger, cancellationToken) : Task.FromResult(Cube(trigger, lesion: false));

    public AcquiredCube Cube(TriggerEvent trigger, bool lesion, WavelengthAxis? wavelengths = null)
    {
        var shape = new CubeShape(Size, Size, 2);
        var values = new ushort[shape.ValueCount];
        for (var pixel = 0; pixel < Size * Size; pixel++)
        {
            var inside = lesion && pixel / Size is >= 8 and < 16 && pixel % Size is >= 8 and < 16;
            values[2 * pixel] = values[(2 * pixel) + 1] = inside ? (ushort)900 : (ushort)100;
        }

        return new AcquiredCube
        {
            Trigger = trigger,
            Cube = new RawCube(shape, Interleave.Bip, wavelengths ?? ThresholdModel.Axis, values, saturationCounts: 4095),
            Camera = Camera,
            ExposureMicroseconds = [1000, 1000],
            PixelPitchMillimetres = 0.5,
            Origin = "fake plan",
            Ledger = SampleLedgers.Captured(trigger, 2),
            LastFrameTimestamp = time.GetTimestamp(),
            StoreRawCube = KeepRawCubes,
            SensorTemperatureCelsius = TemperatureCelsius,
        };
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}
