using HsiEdge.Core.Infer;
using HsiEdge.Inference.Runtime;

namespace HsiEdge.Inference;

/// <summary>A verified bundle, ready to classify. Made by <see cref="Bundle.ModelBundleReader"/>.</summary>
public sealed class OnnxPixelModel : IPixelModel
{
    private readonly PixelSession _session;

    internal OnnxPixelModel(ModelCard card, ModelIdentity identity, PixelSession session)
    {
        Card = card;
        Identity = identity;
        _session = session;
    }

    /// <inheritdoc/>
    public ModelCard Card { get; }

    /// <inheritdoc/>
    public ModelIdentity Identity { get; }

    /// <summary>The model's signature.</summary>
    public PixelContract Contract => _session.Contract;

    /// <inheritdoc/>
    public ITileClassifier CreateClassifier(int maximumPixels) => _session.CreateClassifier(Card.Input, maximumPixels);

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
