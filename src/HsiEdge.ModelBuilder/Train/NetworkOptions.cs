namespace HsiEdge.ModelBuilder.Train;

/// <summary>Shape and schedule of a network's training.</summary>
public sealed record NetworkOptions
{
    /// <summary>Sizes of the hidden layers.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [32, 24];

    /// <summary>Epochs at most; null: enough for about 2000 steps, 12…300.</summary>
    public int? Epochs { get; init; }

    /// <summary>Samples a step; null: an eighth of the data, 8…256.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Adam's first learning rate; it falls along a cosine to a twentieth.</summary>
    public double LearningRate { get; init; } = 0.003;

    /// <summary>Decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 0.001;

    /// <summary>
    /// Share of each label spread over all classes. It keeps logits small, so that 8 bits resolve them and probabilities between 0 and 1 mean something.
    /// </summary>
    public double LabelSmoothing { get; init; } = 0.05;

    /// <summary>Share of the epochs without a better validation loss after which training stops.</summary>
    public double Patience { get; init; } = 0.35;

    /// <summary>Seed of weights and order.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads; 0 = one a processor. The result does not depend on it.</summary>
    public int Workers { get; init; }
}
