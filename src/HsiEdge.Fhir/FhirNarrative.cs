using System.Globalization;
using System.Net;
using System.Text;
using Hl7.Fhir.Model;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;

namespace HsiEdge.Fhir;

/// <summary>The text that FHIR wants beside the data, for people: what, when, by which model, and that it is for research use only.</summary>
internal static class FhirNarrative
{
    /// <summary>Of a cube.</summary>
    public static Narrative Of(CaptureResult result) => Make(
        result,
        string.Create(CultureInfo.InvariantCulture, $"{Cases(result)}, {result.CapturedUtc.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {result.Lines} × {result.Samples} pixels classified by {result.Model.Name}@{result.Model.Version}; {result.Findings.Count} finding(s)."));

    /// <summary>Of a finding.</summary>
    public static Narrative Of(CaptureResult result, Finding finding) => Make(
        result,
        string.Create(
            CultureInfo.InvariantCulture,
            $"Finding {finding.Index} of result {result.Id}: {finding.ClassName}, {(finding.AreaSquareMillimetres is { } area ? string.Create(CultureInfo.InvariantCulture, $"{area:0.0} mm²") : $"{finding.PixelCount} pixels")}, mean probability {finding.MeanProbability:0.00}."));

    private static string Cases(CaptureResult result) => result.CaseId is { } caseId ? $"Case {caseId}" : "No case";

    private static Narrative Make(CaptureResult result, string text)
    {
        var div = new StringBuilder("<div xmlns=\"http://www.w3.org/1999/xhtml\">");
        div.Append("<p>").Append(Encode(text)).Append("</p><p>");
        div.Append(result.Synthetic ? "SYNTHETIC. " : "").Append(Encode(result.Notice)).Append("</p></div>");
        return new Narrative { Status = Narrative.NarrativeStatus.Generated, Div = div.ToString() };
    }

    // Characters that XML 1.0 cannot hold are left out, the rest is escaped.
    private static string Encode(string text) => WebUtility.HtmlEncode(string.Concat(text.Where(c => System.Xml.XmlConvert.IsXmlChar(c))));
}
