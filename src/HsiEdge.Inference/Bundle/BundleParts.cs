using HsiEdge.Core.Infer;

namespace HsiEdge.Inference.Bundle;

/// <summary>A bundle's parts, verified up to its card but not loaded: cheap, no native code involved.</summary>
/// <param name="Identity">Which model.</param>
/// <param name="Card">Its card.</param>
/// <param name="FileBytes">Size of the file.</param>
/// <param name="HasSignature">Whether a signature entry is there, trusted or not.</param>
/// <param name="Entries">Every entry's bytes by name.</param>
public sealed record BundleParts(
    ModelIdentity Identity, ModelCard Card, long FileBytes, bool HasSignature, IReadOnlyDictionary<string, byte[]> Entries)
{
    /// <summary>Bytes of the model.</summary>
    public byte[] Onnx => Entries[BundleEntries.Model];
}
