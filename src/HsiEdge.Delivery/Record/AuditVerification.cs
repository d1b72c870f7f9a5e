using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Record;

/// <summary>What <see cref="AuditReader.VerifyAsync"/> found.</summary>
/// <param name="Entries">Whole entries in the log.</param>
/// <param name="Head">The last of them; null when there is none.</param>
/// <param name="Faults">What is wrong, in the order of the lines, at most <see cref="AuditReader.MostFaults"/>; empty when nothing is.</param>
/// <param name="Notes">What is worth saying and no fault.</param>
public sealed record AuditVerification(long Entries, AuditHead? Head, IReadOnlyList<AuditFault> Faults, IReadOnlyList<string> Notes);

/// <summary>One thing that is wrong with the audit log.</summary>
/// <param name="Line">Line of the log, from 1; 0 where it is about an entry that is not there.</param>
/// <param name="Found">What was found.</param>
/// <param name="Expected">What was expected.</param>
public sealed record AuditFault(long Line, string Found, string Expected);

/// <summary>A head that was kept elsewhere: the log has to hold that entry.</summary>
/// <param name="Keeper">Where it was kept, in words.</param>
/// <param name="Head">The head.</param>
public sealed record AuditAnchor(string Keeper, AuditHead Head);
