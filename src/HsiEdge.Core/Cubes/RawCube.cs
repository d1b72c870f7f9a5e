namespace HsiEdge.Core.Cubes;

/// <summary>
/// Detector counts of one capture in memory: unsigned 16-bit, lines × samples × bands in one of the three interleaves.
/// The cube owns its buffer until disposed.
/// </summary>
public sealed class RawCube : ISpectralCube
{
    private readonly Action<ushort[]>? _release;
    private ushort[]? _values;

    /// <summary>Wraps a buffer as a cube.</summary>
    /// <param name="shape">Size.</param>
    /// <param name="interleave">Order of the values.</param>
    /// <param name="wavelengths">One centre a band.</param>
    /// <param name="values">At least <see cref="CubeShape.ValueCount"/> counts; owned by the cube from here on.</param>
    /// <param name="saturationCounts">Counts at and above which a value is saturated.</param>
    /// <param name="release">Receives the buffer when the cube is disposed (a pool's return), or null.</param>
    /// <exception cref="ArgumentException">Sizes do not fit together.</exception>
    public RawCube(CubeShape shape, Interleave interleave, WavelengthAxis wavelengths, ushort[] values, double saturationCounts, Action<ushort[]>? release = null)
    {
        ArgumentNullException.ThrowIfNull(wavelengths);
        ArgumentNullException.ThrowIfNull(values);
        if (wavelengths.Count != shape.Bands)
        {
            throw new ArgumentException($"{wavelengths.Count} wavelengths for {shape.Bands} bands.", nameof(wavelengths));
        }

        if (values.LongLength < shape.ValueCount)
        {
            throw new ArgumentException($"The buffer holds {values.LongLength} values; {shape} needs {shape.ValueCount}.", nameof(values));
        }

        Shape = shape;
        Interleave = interleave;
        Wavelengths = wavelengths;
        SaturationCounts = saturationCounts;
        _values = values;
        _release = release;
    }

    /// <inheritdoc/>
    public CubeShape Shape { get; }

    /// <summary>Order of <see cref="Values"/>.</summary>
    public Interleave Interleave { get; }

    /// <inheritdoc/>
    public WavelengthAxis Wavelengths { get; }

    /// <inheritdoc/>
    public SpectralQuantity Quantity => SpectralQuantity.RawCounts;

    /// <inheritdoc/>
    public double? SaturationCounts { get; }

    /// <summary>All counts in <see cref="Interleave"/> order.</summary>
    /// <exception cref="ObjectDisposedException">The cube was disposed.</exception>
    public Span<ushort> Values =>
        (_values ?? throw new ObjectDisposedException(nameof(RawCube))).AsSpan(0, checked((int)Shape.ValueCount));

    /// <inheritdoc/>
    public void ReadPixels(long firstPixel, int pixelCount, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstPixel);
        ArgumentOutOfRangeException.ThrowIfNegative(pixelCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstPixel + pixelCount, Shape.PixelCount);
        var values = Values;
        var bands = Shape.Bands;
        var (lineStride, sampleStride, bandStride) = Shape.Strides(Interleave);
        for (var i = 0; i < pixelCount; i++)
        {
            var (line, sample) = Math.DivRem(firstPixel + i, Shape.Samples);
            var source = (int)((line * lineStride) + (sample * sampleStride));
            var spectrum = destination.Slice(i * bands, bands);
            for (var b = 0; b < bands; b++)
            {
                spectrum[b] = values[source + (int)(b * bandStride)];
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var values = Interlocked.Exchange(ref _values, null);
        if (values is not null)
        {
            _release?.Invoke(values);
        }
    }
}
