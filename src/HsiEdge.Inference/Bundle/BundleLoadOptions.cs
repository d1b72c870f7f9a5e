namespace HsiEdge.Inference.Bundle;

/// <summary>Whom to trust when a bundle is loaded.</summary>
public sealed record BundleLoadOptions
{
    /// <summary>No keys, no signature asked for.</summary>
    public static BundleLoadOptions Default { get; } = new();

    /// <summary>ECDSA P-256 public keys in PEM (<c>BEGIN PUBLIC KEY</c>); a signature by any of them counts.</summary>
    public IReadOnlyList<string> TrustedPublicKeysPem { get; init; } = [];

    /// <summary>Whether a bundle without a signature by a trusted key is refused. A signature that is there but wrong is refused in any case.</summary>
    public bool RequireSignature { get; init; }
}
