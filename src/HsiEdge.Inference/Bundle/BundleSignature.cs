using System.Security.Cryptography;
using HsiEdge.Core;

namespace HsiEdge.Inference.Bundle;

/// <summary>ECDSA P-256 with SHA-256 over the manifest's bytes, DER-encoded: what <c>openssl dgst -sha256 -verify</c> checks.</summary>
internal static class BundleSignature
{
    private const string P256Oid = "1.2.840.10045.3.1.7";

    /// <summary>Decides whether a bundle is signed by a trusted key.</summary>
    /// <returns>Whether a trusted signature was verified, and how that was found.</returns>
    /// <exception cref="BadInputException">A signature is required and absent, or present and not by a trusted key.</exception>
    public static (bool Trusted, string Detail) Check(byte[] manifest, byte[]? signature, BundleLoadOptions options, string path)
    {
        var keys = options.TrustedPublicKeysPem;
        if (signature is null)
        {
            return !options.RequireSignature
                ? (false, "not signed; none is required")
                : throw new BadInputException($"{path}: not signed ({BundleEntries.Signature} is missing) and a signature is required. Sign it with hsiedge-model sign.");
        }

        if (keys.Count == 0)
        {
            return !options.RequireSignature
                ? (false, "signed, but no trusted key is configured: counted as not signed")
                : throw new BadInputException($"{path}: a signature is required but no trusted public key is configured. Name one in the configuration.");
        }

        for (var i = 0; i < keys.Count; i++)
        {
            if (Verifies(manifest, signature, keys[i], i))
            {
                return (true, $"signed by trusted key {i + 1} of {keys.Count}");
            }
        }

        throw new BadInputException(
            $"{path}: {BundleEntries.Signature} is by none of the {keys.Count} trusted keys, or {BundleEntries.Manifest} was changed after signing. "
            + "Get the bundle from its source again, or trust the key it was signed with.");
    }

    private static bool Verifies(byte[] manifest, byte[] signature, string pem, int index)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            throw new BadInputException(
                $"Trusted public key {index + 1} cannot be read ({exception.Message.TrimEnd('.')}); expected a PEM text that begins with -----BEGIN PUBLIC KEY-----.", exception);
        }

        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        if (!curve.IsNamed || (curve.Oid.Value ?? P256Oid) != P256Oid || key.KeySize != 256)
        {
            throw new BadInputException($"Trusted public key {index + 1} is of curve {curve.Oid.FriendlyName ?? "unknown"}; expected P-256 (prime256v1).");
        }

        return key.VerifyData(manifest, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }
}
