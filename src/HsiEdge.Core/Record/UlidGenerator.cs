using System.Security.Cryptography;

namespace HsiEdge.Core.Record;

/// <summary>
/// Makes ULIDs: 48 bits of Unix time in ms and 80 random bits, as 26 characters of Crockford's base 32 (ulid/spec).
/// Identifiers from one generator increase strictly, also when the clock steps back, and with <see cref="StartAfter"/> over restarts too.
/// </summary>
public sealed class UlidGenerator
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static readonly System.Buffers.SearchValues<char> AlphabetSet = System.Buffers.SearchValues.Create(Alphabet);
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private UInt128 _last;

    /// <summary>Makes a generator.</summary>
    /// <param name="time">Source of the time.</param>
    public UlidGenerator(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
    }

    /// <summary>The next identifier.</summary>
    public string Next()
    {
        Span<byte> random = stackalloc byte[10];
        RandomNumberGenerator.Fill(random);
        UInt128 value = (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds() & 0xFFFF_FFFF_FFFFUL;
        foreach (var b in random)
        {
            value = (value << 8) | b;
        }

        lock (_gate)
        {
            if (value <= _last)
            {
                value = _last + 1;
            }

            _last = value;
        }

        return string.Create(26, value, static (text, v) =>
        {
            for (var i = text.Length - 1; i >= 0; i--)
            {
                text[i] = Alphabet[(int)(v & 31)];
                v >>= 5;
            }
        });
    }

    /// <summary>Goes on after an identifier made earlier, so that order holds over a restart with the clock behind. Without effect when it is already past it.</summary>
    /// <param name="ulid">A ULID, or null when there was none.</param>
    public void StartAfter(string? ulid)
    {
        if (!IsUlid(ulid))
        {
            return;
        }

        UInt128 value = 0;
        foreach (var letter in ulid!)
        {
            value = (value << 5) | (uint)Alphabet.IndexOf(letter, StringComparison.Ordinal);
        }

        lock (_gate)
        {
            _last = value > _last ? value : _last;
        }
    }

    /// <summary>Whether a text has the form of a ULID.</summary>
    /// <param name="text">The text.</param>
    public static bool IsUlid(string? text) =>
        text is { Length: 26 } && text[0] <= '7' && !text.AsSpan().ContainsAnyExcept(AlphabetSet);
}
