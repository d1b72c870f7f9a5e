using System.Security.Cryptography.X509Certificates;

namespace HsiEdge.Delivery.Publish;

/// <summary>What a connection shows and trusts, as read from the files at one moment. Never changed: a renewed file makes new ones.</summary>
internal sealed class LinkCredentials
{
    /// <summary>User name, or null.</summary>
    public required string? UserName { get; init; }

    /// <summary>The password's bytes, or null.</summary>
    public required byte[]? Password { get; init; }

    /// <summary>Authorities to trust instead of the system's, or null.</summary>
    public required X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The client's certificate with its key, or null.</summary>
    public required X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Certificates between the client's and its authority, sent along; empty where the file has none.</summary>
    public required X509Certificate2Collection Intermediates { get; init; }

    /// <summary>SHA-256 over all files' contents: two with the same are the same.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>What is unwise about the files, such as a key that everybody may read; empty when nothing is.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    /// <summary>What can expire.</summary>
    public required IReadOnlyList<CertificateDates> Dates { get; init; }
}
