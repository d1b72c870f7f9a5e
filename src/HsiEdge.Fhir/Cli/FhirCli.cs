using System.CommandLine;
using System.CommandLine.Help;
using HsiEdge.Core;

namespace HsiEdge.Fhir.Cli;

/// <summary>The verbs of <c>hsiedge-fhir</c>: turns exported results into FHIR R4 Observations, and checks FHIR files strictly.</summary>
public static class FhirCli
{
    private const int HelpWidth = 110;
    private const int Success = 0;
    private const int Failed = 1;
    private const int WrongUsage = 2;
    private const int BadInput = 3;

    /// <summary>Carries out one command line.</summary>
    /// <returns>0 done, 1 failed, 2 wrong usage, 3 bad input.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, FhirConsole console, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(console);
        var parsed = Describe(console).Parse([.. arguments], new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            await console.Error.WriteLineAsync($"{string.Join(' ', parsed.Errors.Select(e => e.Message).Distinct(StringComparer.Ordinal))} 'hsiedge-fhir --help' tells how it is used.");
            return WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = console.Out, Error = console.Error, EnableDefaultExceptionHandler = false }, cancellationToken);
        }
        catch (BadInputException e)
        {
            await console.Error.WriteLineAsync(e.Message);
            return BadInput;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await console.Error.WriteLineAsync(e.Message);
            return Failed;
        }
    }

    private static Command Describe(FhirConsole console)
    {
        var help = new HelpOption();
        ((HelpAction)help.Action!).MaxWidth = HelpWidth;
        return new Command("hsiedge-fhir", "Results of HsiEdge as FHIR R4. For research use only.") { Convert(console), Check(console), help, new VersionOption() };
    }

    private static Command Convert(FhirConsole console)
    {
        var input = new Option<string>("--in") { HelpName = "FILE", Description = "results.jsonl of 'hsiedge results export'; '-' is standard input.", DefaultValueFactory = _ => "-" };
        var output = new Option<string>("--out") { HelpName = "FILE", Description = "Receives the observations, all or none; '-' is standard output.", DefaultValueFactory = _ => "-" };
        var form = new Option<string>("--as")
        {
            HelpName = "ndjson|bundle",
            Description = $"ndjson: a resource a line, any number. bundle: one Bundle of type collection, at most {BundleWriter.MaximumEntries} observations.",
            DefaultValueFactory = _ => "ndjson",
        };
        form.AcceptOnlyFromAmong("ndjson", "bundle");
        var caseSystem = new Option<string>("--case-system") { HelpName = "URI", Description = "System of the case ids instead of HsiEdge's own.", DefaultValueFactory = _ => FhirNames.Cases };
        var cart = new Option<string?>("--cart") { HelpName = "SITE/CART", Description = "Identifier of the cart that captured the results." };
        var force = new Option<bool>("--force") { Description = "Replace FILE." };
        var command = new Command("convert", "Turns exported results (JSON Lines) into Observations, each read back strictly before it is written.") { input, output, form, caseSystem, cart, force };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var system = parsed.GetRequiredValue(caseSystem);
            if (!Uri.TryCreate(system, UriKind.Absolute, out _))
            {
                throw new BadInputException($"--case-system is '{system}'; expected an absolute URI such as urn:oid:1.2.3 or https://hospital.example/cases.");
            }

            var job = new ConvertJob(new FhirOptions(system, parsed.GetValue(cart)), parsed.GetRequiredValue(form) == "bundle");
            await job.RunAsync(console, parsed.GetRequiredValue(input), parsed.GetRequiredValue(output), parsed.GetValue(force), cancellationToken);
            return Success;
        });
        return command;
    }

    private static Command Check(FhirConsole console)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "NDJSON (*.ndjson) or one resource." };
        var command = new Command("check", "Reads a FHIR R4 file strictly and says what is wrong with it.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var resources = await CheckJob.RunAsync(parsed.GetRequiredValue(file), cancellationToken);
            await console.Out.WriteLineAsync($"{parsed.GetRequiredValue(file).FullName}: {resources} resource{(resources == 1 ? "" : "s")}, valid FHIR R4.");
            return Success;
        });
        return command;
    }
}
