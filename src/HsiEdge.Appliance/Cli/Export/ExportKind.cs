using System.CommandLine;

namespace HsiEdge.Appliance.Cli.Export;

/// <summary>The options of <c>results export</c> that say as what.</summary>
internal sealed class ExportKind
{
    private readonly Option<string> _format = new("--format")
    {
        HelpName = string.Join('|', ResultExport.Formats),
        Description = "jsonl: one result a line. csv: results.csv, findings.csv and classes.csv. envi: a folder a result with maps, overlay, ledger and raw cube. "
            + "fhir: FHIR R4 Observations (observations.ndjson), by the program hsiedge-fhir.",
        DefaultValueFactory = _ => ResultExport.Formats[0],
    };

    private readonly Option<bool> _ledgers = new("--ledgers") { Description = "Also every trigger pulse and frame: member triggerLedger (jsonl), pulses.csv (csv); envi has ledger.json anyway." };
    private readonly Option<bool> _withoutRaw = new("--without-raw") { Description = "Leave out the raw cubes (envi)." };
    private readonly Option<string> _caseSystem = new("--case-system") { HelpName = "URI", Description = "System of the case ids instead of HsiEdge's own (fhir)." };
    private readonly Option<string> _program = new("--fhir-program") { HelpName = "FILE", Description = "The program hsiedge-fhir, where it is neither beside hsiedge, nor in fhir/ there, nor on the PATH." };

    /// <summary>Makes the options.</summary>
    public ExportKind() => _format.AcceptOnlyFromAmong([.. ResultExport.Formats]);

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> Options => [_format, _ledgers, _withoutRaw, _caseSystem, _program];

    /// <summary>What a command line wants.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="cart"><c>site/cart</c>, or null when unknown.</param>
    /// <param name="console">Where hsiedge-fhir is looked for.</param>
    /// <exception cref="Core.BadInputException">FHIR is wanted and its program is not there.</exception>
    public ExportRequest Request(ParseResult parsed, string? cart, CliConsole console)
    {
        var format = parsed.GetRequiredValue(_format);
        var program = format == "fhir" ? FhirProgram.Find(parsed.GetValue(_program), console) : null;
        return new ExportRequest(format, parsed.GetValue(_ledgers), !parsed.GetValue(_withoutRaw), program, parsed.GetValue(_caseSystem), cart);
    }
}
