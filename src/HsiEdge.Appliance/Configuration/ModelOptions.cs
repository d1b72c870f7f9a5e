namespace HsiEdge.Appliance.Configuration;

/// <summary>Which model classifies (configuration section <c>Model</c>).</summary>
public sealed class ModelOptions
{
    /// <summary>Path of the bundle (.hsimodel); empty takes the one that comes with the program.</summary>
    public string BundlePath { get; set; } = "";

    /// <summary>Whether a bundle without a trusted signature is refused.</summary>
    public bool RequireSignature { get; set; }

    /// <summary>Folder of trusted public keys (PEM); empty trusts none.</summary>
    public string TrustedKeysFolder { get; set; } = "";
}
