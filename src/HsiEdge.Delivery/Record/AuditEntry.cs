using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Record;

/// <summary>One line of the audit log.</summary>
/// <param name="Sequence">Number of the entry, from 1 without gaps.</param>
/// <param name="Utc">When, by the wall clock.</param>
/// <param name="Boot">ULID of the process that wrote it: the worker's boot id, or that of one run of a verb.</param>
/// <param name="Action">The kind of deed.</param>
/// <param name="Who">Who did it.</param>
/// <param name="Subject">What it was done to.</param>
/// <param name="Details">More about it.</param>
/// <param name="Previous">SHA-256 of the entry before, lower-case hex; 64 zeros in the first.</param>
/// <param name="Hash">SHA-256 of the line's bytes up to its own hash, lower-case hex.</param>
public sealed record AuditEntry(
    long Sequence, DateTimeOffset Utc, string Boot, AuditAction Action, string Who, string Subject, IReadOnlyDictionary<string, string> Details, string Previous, string Hash);
