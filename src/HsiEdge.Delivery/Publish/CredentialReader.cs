using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HsiEdge.Core;

namespace HsiEdge.Delivery.Publish;

/// <summary>Reads password, certificates and key from the files that <see cref="MqttOptions"/> name. What is wrong is said with key, path and what to do.</summary>
internal static class CredentialReader
{
    private const string RenewOwn = "Renew it and replace the file: the link takes the new one without a restart.";
    private const UnixFileMode Everybody = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Reads them all.</summary>
    /// <exception cref="BadInputException">A file cannot be read or is not what its key promises.</exception>
    public static LinkCredentials Read(MqttOptions options) => Read(options, Contents(options));

    /// <summary>The files' contents by their keys; what cannot be read is its error instead.</summary>
    public static IReadOnlyDictionary<string, FileContent> Contents(MqttOptions options) => new[]
    {
        Load(nameof(options.PasswordFile), options.PasswordFile),
        Load(nameof(options.CaFile), options.CaFile),
        Load(nameof(options.ClientCertificateFile), options.ClientCertificateFile),
        Load(nameof(options.ClientKeyFile), options.ClientKeyFile),
    }.OfType<FileContent>().ToDictionary(f => f.Key, StringComparer.Ordinal);

    /// <summary>SHA-256 over contents: a change of any file changes it, however the file was replaced.</summary>
    public static string Fingerprint(IReadOnlyDictionary<string, FileContent> contents)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in contents.Values.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Key} {file.Bytes.Length} {file.Fault} {file.Mode}\n"));
            hash.AppendData(file.Bytes);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Makes credentials of contents.</summary>
    /// <exception cref="BadInputException">As <see cref="Read(MqttOptions)"/>.</exception>
    public static LinkCredentials Read(MqttOptions options, IReadOnlyDictionary<string, FileContent> contents)
    {
        var authorities = contents.GetValueOrDefault(nameof(options.CaFile)) is { } ca ? Certificates(ca) : null;
        var (own, intermediates) = Own(contents);
        var dates = new List<CertificateDates>();
        if (own is not null)
        {
            dates.Add(CertificateDates.Of(own, $"the client's certificate in {options.ClientCertificateFile}", RenewOwn));
            dates.AddRange(intermediates.Select(i => CertificateDates.Of(i, $"an intermediate certificate in {options.ClientCertificateFile}", RenewOwn)));
        }

        dates.AddRange((authorities ?? []).Select(a => CertificateDates.Of(a, $"an authority's certificate in {options.CaFile}", "Add its successor to the file before.")));
        return new LinkCredentials
        {
            UserName = options.UserName,
            Password = Password(options, contents),
            Authorities = authorities,
            ClientCertificate = own,
            Intermediates = intermediates,
            Fingerprint = Fingerprint(contents),
            Remarks = [.. Remarks(contents)],
            Dates = dates,
        };
    }

    private static byte[]? Password(MqttOptions options, IReadOnlyDictionary<string, FileContent> contents)
    {
        if (contents.GetValueOrDefault(nameof(options.PasswordFile)) is not { } file)
        {
            return options.Password is { } given ? Encoding.UTF8.GetBytes(given) : null;
        }

        var line = Text(file).Split('\n')[0].TrimEnd('\r');
        return line.Length > 0 ? Encoding.UTF8.GetBytes(line) : throw Unusable(file, "its first line is empty.", "Expected the password in the first line.");
    }

    private static (X509Certificate2? Own, X509Certificate2Collection Intermediates) Own(IReadOnlyDictionary<string, FileContent> contents)
    {
        if (contents.GetValueOrDefault(nameof(MqttOptions.ClientCertificateFile)) is not { } file
            || contents.GetValueOrDefault(nameof(MqttOptions.ClientKeyFile)) is not { } keyFile)
        {
            return (null, []);
        }

        var chain = Certificates(file);
        var key = Text(keyFile);
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal) && key.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            throw Unusable(
                keyFile, "the key is encrypted, and nobody is there to type its passphrase when the box starts.",
                "Store it decrypted with mode 0400 for the service's user (openssl pkey -in KEY -out NEW), or hand it over encrypted by systemd (LoadCredentialEncrypted=).");
        }

        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw Unusable(keyFile, "it holds no private key.", "Expected a PEM file with a private key.");
        }

        try
        {
            return (X509Certificate2.CreateFromPem(Text(file), key), [.. chain.Skip(1)]);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw Unusable(
                keyFile, $"the key does not fit the certificate in {file.Path} ({exception.Message.TrimEnd('.')}), or is no key that can be used.",
                "Expected the key that the certificate was issued for; a renewed certificate often has a new key.", exception);
        }
    }

    private static X509Certificate2Collection Certificates(FileContent file)
    {
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(Text(file));
        }
        catch (CryptographicException exception)
        {
            throw Unusable(file, exception.Message, "Expected certificates in PEM.", exception);
        }

        return chain.Count > 0 ? chain : throw Unusable(file, "it holds no certificate.", "Expected certificates in PEM (BEGIN CERTIFICATE).");
    }

    private static IEnumerable<string> Remarks(IReadOnlyDictionary<string, FileContent> contents) =>
        contents.Values.Where(f => f.Key is nameof(MqttOptions.PasswordFile) or nameof(MqttOptions.ClientKeyFile) && (f.Mode & Everybody) != UnixFileMode.None)
            .Select(f => $"Mqtt:{f.Key} {f.Path} has mode 0{Convert.ToString((int)f.Mode, 8)}: every user of the box may use it. chmod 0400 {f.Path}, owned by the service's user");

    private static string Text(FileContent file) => file.Fault is null ? Encoding.UTF8.GetString(file.Bytes) : throw Unusable(file, file.Fault, "Expected a file that the service's user may read.");

    private static BadInputException Unusable(FileContent file, string found, string expected, Exception? inner = null) =>
        new($"Mqtt:{file.Key} '{file.Path}' cannot be used: {found} {expected}", inner);

    private static FileContent? Load(string key, string? path)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            return new FileContent(key, path, File.ReadAllBytes(path), File.GetUnixFileMode(path), Fault: null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new FileContent(key, path, [], UnixFileMode.None, exception.Message);
        }
    }
}

/// <summary>A file as found.</summary>
/// <param name="Key">The option that names it, without its section.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Bytes">Its content; empty where it cannot be read.</param>
/// <param name="Mode">Who may read and write it.</param>
/// <param name="Fault">Why it cannot be read, or null.</param>
internal sealed record FileContent(string Key, string Path, byte[] Bytes, UnixFileMode Mode, string? Fault);
