namespace HsiEdge.Appliance.Publish;

/// <summary>Payload of <c>command/set-case</c>.</summary>
/// <param name="CaseId">Pseudonymous identifier: 1 to 32 letters, digits or '-'; never a patient's name, number or date of birth.</param>
public sealed record SetCaseRequest(string CaseId);

/// <summary>Payload of <c>command/query-results</c>; every member may be left out.</summary>
/// <param name="Limit">At most this many results, 1…100; 20 when left out.</param>
/// <param name="From">Captured at or after.</param>
/// <param name="To">Captured before.</param>
public sealed record QueryResultsRequest(int? Limit = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>Payload of <c>command/reference-dark</c> and <c>command/reference-white</c>; every member may be left out.</summary>
/// <param name="Averages">Captures averaged, 1…256; 8 when left out.</param>
public sealed record ReferenceRequest(int? Averages = null);

/// <summary>Answer to <c>reference-dark</c> and <c>reference-white</c>.</summary>
/// <param name="CalibrationId">The set now in use; absent while the white is still to be taken.</param>
/// <param name="Checks">How the reference was judged.</param>
public sealed record ReferenceAnswer(string? CalibrationId, IReadOnlyList<HsiEdge.Core.Calibrate.ReferenceCheck> Checks);

/// <summary>Payload of commands that need nothing.</summary>
public sealed record EmptyRequest;

/// <summary>Answer to <c>capture</c>.</summary>
/// <param name="Sequence">Number of the trigger within the boot.</param>
/// <param name="ResultId">ULID of the durable result.</param>
public sealed record CaptureAnswer(long Sequence, string ResultId);

/// <summary>Answer to <c>set-case</c> and <c>end-case</c>.</summary>
/// <param name="CaseId">The case now; absent when none.</param>
/// <param name="EndedAlerts">ULIDs of the alerts that ended.</param>
public sealed record CaseAnswer(string? CaseId, IReadOnlyList<string> EndedAlerts);
