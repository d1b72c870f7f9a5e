namespace HsiEdge.Core.Cubes;

/// <summary>
/// A cube that can be read pixel run by pixel run, whether it lies in memory or in a file larger than memory.
/// Pixels are numbered line by line: index = line × samples + sample.
/// </summary>
public interface ISpectralCube : IDisposable
{
    /// <summary>Size: lines × samples × bands.</summary>
    CubeShape Shape { get; }

    /// <summary>Centre (and perhaps FWHM) of each band, in band order.</summary>
    WavelengthAxis Wavelengths { get; }

    /// <summary>What the values mean after <see cref="ReadPixels"/>.</summary>
    SpectralQuantity Quantity { get; }

    /// <summary>Counts at and above which a raw value is saturated; null where unknown or not raw.</summary>
    double? SaturationCounts { get; }

    /// <summary>
    /// Reads a run of pixels as spectra: pixel-major, band fastest. Values that the source marks as missing are NaN.
    /// Safe to call from several threads at once.
    /// </summary>
    /// <param name="firstPixel">Index of the first pixel, 0…PixelCount−1.</param>
    /// <param name="pixelCount">Number of pixels, ≥ 0.</param>
    /// <param name="destination">Receives pixelCount × bands values, at least that long.</param>
    void ReadPixels(long firstPixel, int pixelCount, Span<float> destination);
}
