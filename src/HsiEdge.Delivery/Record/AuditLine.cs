using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// One line of <c>audit.jsonl</c>: a JSON object whose last member is <c>"hash"</c>, the SHA-256 of all bytes of the line before <c>,"hash":</c>.
/// Its form is exact to the byte, so that every changed byte shows.
/// </summary>
internal static class AuditLine
{
    /// <summary>The hash before the first entry.</summary>
    public static readonly string NoHash = new('0', HashLength);

    private const int HashLength = 64;
    private const int LongestText = 16_000;
    private static readonly byte[] Mark = ",\"hash\":\""u8.ToArray();
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdef"u8);
    private static readonly byte[] End = "\"}"u8.ToArray();

    private static int SuffixLength => Mark.Length + HashLength + End.Length;

    /// <summary>Writes a line.</summary>
    /// <param name="entry">What is about to be done.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="utc">When.</param>
    /// <param name="boot">ULID of the process.</param>
    /// <param name="previous">Hash of the entry before.</param>
    /// <returns>The bytes with their line feed, and the hash.</returns>
    public static (byte[] Bytes, string Hash) Write(AuditEvent entry, long sequence, DateTimeOffset utc, string boot, string previous)
    {
        var details = entry.Details.OrderBy(d => d.Key, StringComparer.Ordinal).ToDictionary(d => Clean(d.Key), d => Clean(d.Value), StringComparer.Ordinal);
        var content = new Content(sequence, utc.ToUniversalTime(), boot, entry.Action, Clean(entry.Who), Clean(entry.Subject), details, previous);
        var hashed = JsonSerializer.SerializeToUtf8Bytes(content, HsiEdgeJson.Compact).AsSpan()[..^1];
        var hash = Convert.ToHexStringLower(SHA256.HashData(hashed));
        return ([.. hashed, .. Mark, .. Encoding.ASCII.GetBytes(hash), .. End, (byte)'\n'], hash);
    }

    /// <summary>Reads a line without its line feed.</summary>
    /// <param name="line">Its bytes.</param>
    /// <param name="found">The entry with the hash that it states; null where the bytes are no entry.</param>
    /// <param name="hash">The hash that its bytes have.</param>
    public static bool TryRead(ReadOnlySpan<byte> line, out AuditEntry? found, out string hash)
    {
        (found, hash) = (null, "");
        if (line.Length <= SuffixLength)
        {
            return false;
        }

        var hashed = line[..^SuffixLength];
        var suffix = line[^SuffixLength..];
        var stated = suffix.Slice(Mark.Length, HashLength);
        if (!suffix.StartsWith(Mark) || !suffix.EndsWith(End) || stated.ContainsAnyExcept(HexDigits))
        {
            return false;
        }

        hash = Convert.ToHexStringLower(SHA256.HashData(hashed));
        try
        {
            var content = JsonSerializer.Deserialize<Content>((byte[])[.. hashed, (byte)'}'], HsiEdgeJson.Compact);
            found = content is null
                ? null
                : new AuditEntry(
                    content.Sequence, content.Utc, content.Boot, content.Action, content.Who, content.Subject, content.Details, content.Previous, Encoding.ASCII.GetString(stated));
        }
        catch (JsonException)
        {
            // The bytes are no entry: the caller says which line.
        }

        return found is not null;
    }

    /// <summary>Text that always has a form in JSON: half characters become U+FFFD, what is over-long is cut and shows it.</summary>
    private static string Clean(string text)
    {
        var whole = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (whole.Length > LongestText)
            {
                whole.Append('…');
                break;
            }

            whole.Append(rune.ToString());
        }

        return whole.ToString();
    }

    private sealed record Content(
        long Sequence, DateTimeOffset Utc, string Boot, AuditAction Action, string Who, string Subject, IReadOnlyDictionary<string, string> Details, string Previous);
}
