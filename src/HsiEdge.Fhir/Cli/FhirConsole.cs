namespace HsiEdge.Fhir.Cli;

/// <summary>The streams of the process; tests bring their own.</summary>
/// <param name="In">Results to convert where no file is named.</param>
/// <param name="Out">Observations where no file is named, and reports.</param>
/// <param name="Error">Errors.</param>
public sealed record FhirConsole(TextReader In, TextWriter Out, TextWriter Error);
