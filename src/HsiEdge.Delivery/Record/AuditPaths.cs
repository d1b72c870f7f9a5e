namespace HsiEdge.Delivery.Record;

/// <summary>The files of the audit log.</summary>
/// <param name="Folder">The data folder.</param>
internal sealed record AuditPaths(string Folder)
{
    /// <summary>One entry a line.</summary>
    public string Log => Path.Combine(Folder, "audit.jsonl");

    /// <summary>Sequence and hash of the last entry.</summary>
    public string Head => Path.Combine(Folder, "audit.head");

    /// <summary>Held exclusively while an entry is written.</summary>
    public string Lock => Path.Combine(Folder, "audit.lock");
}
