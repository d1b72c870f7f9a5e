namespace HsiEdge.Proofs.Kill;

/// <summary>A message as the victim announced it.</summary>
/// <param name="Id">ULID.</param>
/// <param name="Hash">Of its payload.</param>
/// <param name="Superseded">True for an overlay: of those that wait only the latest is kept.</param>
internal sealed record AnnouncedMessage(string Id, string Hash, bool Superseded)
{
    /// <summary>Reads a word of the journal.</summary>
    public static IReadOnlyList<AnnouncedMessage> Parse(string word) => word == "-" ? [] : [.. word.Split(',').Select(m => m.Split(':')).Select(m => new AnnouncedMessage(m[0], m[1], m[2] == "o"))];
}

/// <summary>A write as the victim announced it.</summary>
/// <param name="Kind">R result, L ledger, T alerts with a value, V value.</param>
/// <param name="Key">Id of the result or ledger, or key of the value.</param>
/// <param name="Content">Hash, or the value.</param>
/// <param name="Maps">Hash of maps and overlay (R).</param>
/// <param name="Alerts">Hash of the open alerts afterwards (R, T).</param>
/// <param name="Messages">Messages of the same transaction.</param>
internal sealed record AnnouncedWrite(char Kind, string Key, string Content, string Maps, string Alerts, IReadOnlyList<AnnouncedMessage> Messages)
{
    /// <summary>Whether the store acknowledged it.</summary>
    public bool Acknowledged { get; set; }

    /// <summary>Whether it is in the store; null: in flight when the victim died, and not yet looked for.</summary>
    public bool? Committed { get; set; }

    /// <summary>Reads the words after <c>I NUMBER</c>.</summary>
    public static AnnouncedWrite Parse(ReadOnlySpan<string> w) => w[0] switch
    {
        "R" => new('R', w[1], w[2], w[3], w[4], AnnouncedMessage.Parse(w[5])),
        "L" => new('L', w[1], w[2], "", "", AnnouncedMessage.Parse(w[3])),
        "T" => new('T', KillVictim.AlertsKey, w[1], "", w[2], AnnouncedMessage.Parse(w[3])),
        "V" => new('V', w[1], w[2], "", "", []),
        _ => throw new InvalidDataException($"The victim said '{string.Join(' ', w.ToArray())}'."),
    };
}
