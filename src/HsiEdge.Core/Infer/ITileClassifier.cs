namespace HsiEdge.Core.Infer;

/// <summary>Classifies tiles of preprocessed spectra. Allocates nothing per call.</summary>
public interface ITileClassifier : IDisposable
{
    /// <summary>Classifies a run of pixels.</summary>
    /// <param name="input">Preprocessed values, pixel-major, band fastest: pixels × bands, in the card's band order.</param>
    /// <param name="pixelCount">Number of pixels, 0…maximum.</param>
    /// <param name="probabilities">Receives pixels × classes probabilities (softmax, sum 1), class fastest.</param>
    void Classify(ReadOnlySpan<float> input, int pixelCount, Span<float> probabilities);
}
