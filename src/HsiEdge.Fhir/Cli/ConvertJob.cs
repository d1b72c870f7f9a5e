using System.Text;
using System.Text.Json;
using Hl7.Fhir.Model;
using HsiEdge.Core;
using HsiEdge.Core.Record;
using Task = System.Threading.Tasks.Task;

namespace HsiEdge.Fhir.Cli;

/// <summary>Turns JSON Lines into observations, one result at a time.</summary>
/// <param name="options">What the site adds.</param>
/// <param name="bundle">One Bundle instead of NDJSON.</param>
internal sealed class ConvertJob(FhirOptions options, bool bundle)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly ObservationMapping _mapping = new(options);

    /// <summary>Reads all of the input and writes all of the output, or nothing.</summary>
    public async Task RunAsync(FhirConsole console, string from, string to, bool force, CancellationToken cancellationToken)
    {
        if (from != "-" && !File.Exists(from))
        {
            throw new BadInputException($"--in {from} is not there; expected results.jsonl of 'hsiedge results export'.");
        }

        using var file = from == "-" ? null : new StreamReader(from, Utf8);
        var name = from == "-" ? "standard input" : from;
        if (to == "-")
        {
            await ConvertAsync(file ?? console.In, name, console.Out, cancellationToken);
            return;
        }

        if (File.Exists(to) && !force)
        {
            throw new BadInputException($"--out {to} exists. Name another file, or give --force to replace it.");
        }

        var temporary = AtomicFile.TemporaryPathFor(to);
        try
        {
            await using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                await using (var writer = new StreamWriter(stream, Utf8, leaveOpen: true) { NewLine = "\n" })
                {
                    await ConvertAsync(file ?? console.In, name, writer, cancellationToken);
                }

                stream.Flush(flushToDisk: true);
            }

            AtomicFile.Publish(temporary, to);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private async Task ConvertAsync(TextReader input, string name, TextWriter output, CancellationToken cancellationToken)
    {
        var all = bundle ? new BundleWriter() : null;
        for (var line = 1L; await input.ReadLineAsync(cancellationToken) is { } text; line++)
        {
            if (text.Length == 0)
            {
                continue;
            }

            foreach (var observation in Map(text, $"{name}, line {line}"))
            {
                if (all is null)
                {
                    await output.WriteLineAsync(ObservationWriter.ToJson(observation).AsMemory(), cancellationToken);
                }
                else if (all.Count < BundleWriter.MaximumEntries)
                {
                    all.Add(observation);
                }
                else
                {
                    throw new BadInputException($"{name} has more than {BundleWriter.MaximumEntries} observations, which is the most for a Bundle. Use --as ndjson.");
                }
            }
        }

        if (all is not null)
        {
            await output.WriteLineAsync(all.ToJson().AsMemory(), cancellationToken);
        }

        await output.FlushAsync(cancellationToken);
    }

    private IReadOnlyList<Observation> Map(string text, string place)
    {
        try
        {
            var result = JsonSerializer.Deserialize<CaptureResult>(text, HsiEdgeJson.Compact) ?? throw new JsonException("null is no result");
            return UlidGenerator.IsUlid(result.Id) ? _mapping.Map(result) : throw new JsonException($"the id '{result.Id}' is no ULID");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new BadInputException($"{place}: {e.Message} Expected a result as 'hsiedge results export --format jsonl' writes it.", e);
        }
    }
}
