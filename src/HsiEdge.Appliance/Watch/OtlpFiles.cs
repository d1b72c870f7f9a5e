using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HsiEdge.Core;

namespace HsiEdge.Appliance.Watch;

/// <summary>The files that <see cref="MetricsOptions"/> names.</summary>
internal static class OtlpFiles
{
    /// <summary>The headers; none when there is no file.</summary>
    /// <exception cref="BadInputException">It cannot be read, or a line is no header.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Headers(MetricsOptions options)
    {
        if (options.OtlpHeadersFile is not { } path)
        {
            return [];
        }

        var lines = Read("OtlpHeadersFile", path, "a readable text file with one name=value a line", File.ReadAllLines);
        var headers = new List<KeyValuePair<string, string>>();
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var parts = line.Split('=', 2, StringSplitOptions.TrimEntries);

            // The line itself is not repeated: it may hold a secret.
            headers.Add(parts is [{ Length: > 0 }, { Length: > 0 }] && parts[0].All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && parts[1].All(c => c is >= ' ' and <= '~')
                ? KeyValuePair.Create(parts[0], parts[1])
                : throw new BadInputException(
                    $"Metrics:OtlpHeadersFile '{path}', line {i + 1}, is no header; expected name=value, the name of letters, digits, '-' and '_', the value of printable ASCII."));
        }

        return headers;
    }

    /// <summary>The authorities to trust; null when there is no file.</summary>
    /// <exception cref="BadInputException">It cannot be read, or holds no certificate.</exception>
    public static X509Certificate2Collection? Authorities(MetricsOptions options) =>
        options.OtlpCaFile is not { } path ? null : Read("OtlpCaFile", path, "a readable PEM file with certificates", file =>
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            return authorities.Count > 0 ? authorities : throw new CryptographicException("it holds no certificate.");
        });

    private static T Read<T>(string key, string path, string expected, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new BadInputException($"Metrics:{key} '{path}' cannot be used: {e.Message} Expected {expected}.", e);
        }
    }
}
