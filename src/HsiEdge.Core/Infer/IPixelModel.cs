namespace HsiEdge.Core.Infer;

/// <summary>A loaded, verified model. Shared by workers; thread-safe.</summary>
public interface IPixelModel : IDisposable
{
    /// <summary>Its card.</summary>
    ModelCard Card { get; }

    /// <summary>Which model exactly.</summary>
    ModelIdentity Identity { get; }

    /// <summary>Makes a worker with buffers of its own; use each from one thread at a time.</summary>
    /// <param name="maximumPixels">Largest tile it will be given, ≥ 1.</param>
    ITileClassifier CreateClassifier(int maximumPixels);
}

/// <summary>Which model exactly: travels with every result.</summary>
/// <param name="Name">Name of the card.</param>
/// <param name="Version">Version of the card.</param>
/// <param name="Sha256">Lower-case hex SHA-256 of the bundle file's bytes.</param>
/// <param name="Signed">Whether a trusted signature was verified.</param>
public sealed record ModelIdentity(string Name, string Version, string Sha256, bool Signed);
