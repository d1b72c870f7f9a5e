namespace HsiEdge.Core.Record;

/// <summary>
/// The last entry of the audit log, by which its whole past is fixed: kept elsewhere (the store, the retained status), it tells later that the log was cut
/// or written anew.
/// </summary>
/// <param name="Sequence">Number of the entry, from 1.</param>
/// <param name="Sha256">Its hash, lower-case hex.</param>
public sealed record AuditHead(long Sequence, string Sha256);
