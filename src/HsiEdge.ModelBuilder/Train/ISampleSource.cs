namespace HsiEdge.ModelBuilder.Train;

/// <summary>Labelled network inputs by index.</summary>
public interface ISampleSource
{
    /// <summary>Number of samples.</summary>
    int Count { get; }

    /// <summary>Values of one input.</summary>
    int Inputs { get; }

    /// <summary>Class of a sample.</summary>
    /// <param name="index">0…Count−1.</param>
    int Label(int index);

    /// <summary>Makes a reader with scratch of its own; use each from one thread at a time.</summary>
    ISampleReader CreateReader();
}

/// <summary>Writes samples as the network sees them.</summary>
public interface ISampleReader
{
    /// <summary>Writes one sample.</summary>
    /// <param name="index">0…Count−1.</param>
    /// <param name="epoch">Epoch, for augmentation; the same index and epoch always give the same values.</param>
    /// <param name="destination">Receives one value an input.</param>
    void Fill(int index, int epoch, Span<float> destination);
}
