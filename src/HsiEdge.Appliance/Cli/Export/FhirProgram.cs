using HsiEdge.Core;

namespace HsiEdge.Appliance.Cli.Export;

/// <summary>Finds <c>hsiedge-fhir</c>: as named, beside the program, in <c>fhir/</c> below it, or on the PATH.</summary>
internal static class FhirProgram
{
    private const string Name = "hsiedge-fhir";

    /// <summary>Its path.</summary>
    /// <param name="named">Value of <c>--fhir-program</c>, or null.</param>
    /// <param name="console">The program's folder and the environment.</param>
    /// <exception cref="BadInputException">It is not there; the message says how to get it.</exception>
    public static string Find(string? named, CliConsole console)
    {
        if (named is not null)
        {
            return File.Exists(named) ? Path.GetFullPath(named) : throw new BadInputException($"--fhir-program {named} is not there; expected the path of the program {Name}.");
        }

        string[] folders = [console.ProgramFolder, Path.Combine(console.ProgramFolder, "fhir"), .. Paths(console)];
        return folders.Select(f => Path.Combine(f, Name)).FirstOrDefault(File.Exists) ?? throw new BadInputException(
            $"--format fhir needs the program {Name}, which is neither in {console.ProgramFolder}, nor in {Path.Combine(console.ProgramFolder, "fhir")}, nor on the PATH. Install it "
            + $"(dotnet publish src/HsiEdge.Fhir, its files into {Path.Combine(console.ProgramFolder, "fhir")}), name it with --fhir-program, or export --format jsonl and run "
            + $"'{Name} convert --in results.jsonl' on another machine.");
    }

    private static string[] Paths(CliConsole console) =>
        console.Environment.TryGetValue("PATH", out var path) ? path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) : [];
}
