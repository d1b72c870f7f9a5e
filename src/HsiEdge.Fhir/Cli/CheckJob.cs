using HsiEdge.Core;

namespace HsiEdge.Fhir.Cli;

/// <summary>Reads a FHIR file strictly.</summary>
internal static class CheckJob
{
    /// <summary>Reads it.</summary>
    /// <returns>Number of resources at its top.</returns>
    /// <exception cref="BadInputException">It is not there, or not valid; the message names the line.</exception>
    public static async Task<long> RunAsync(FileInfo file, CancellationToken cancellationToken)
    {
        if (!file.Exists)
        {
            throw new BadInputException($"{file.FullName} is not there.");
        }

        if (file.Extension != ".ndjson")
        {
            Read(await File.ReadAllTextAsync(file.FullName, cancellationToken), file.FullName);
            return 1;
        }

        var (line, resources) = (0L, 0L);
        await foreach (var text in File.ReadLinesAsync(file.FullName, cancellationToken))
        {
            line++;
            if (text.Length > 0)
            {
                Read(text, $"{file.FullName}, line {line}");
                resources++;
            }
        }

        return resources;
    }

    private static void Read(string json, string place)
    {
        try
        {
            ObservationWriter.Read(json);
        }
        catch (BadInputException e)
        {
            throw new BadInputException($"{place}: {e.Message}", e);
        }
    }
}
