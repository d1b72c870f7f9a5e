using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace HsiEdge.Appliance.Cli;

/// <summary>The operator's verbs: parses a command line, carries out its verb, gives back the exit code.</summary>
public static class CommandLineApp
{
    private const int HelpWidth = 110;
    private static readonly string[] RootOptions = ["--help", "-h", "-?", "/?", "/h", "--version"];

    /// <summary>Carries out one command line.</summary>
    /// <param name="arguments">Arguments of the process, without its name. None, or options alone, means <c>run</c>.</param>
    /// <param name="console">Where it reads and writes.</param>
    /// <param name="cancellationToken">Ctrl-C or SIGTERM.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> arguments, CliConsole console, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(console);
        var (words, settings) = SettingArguments.Split(WithDefaultVerb(arguments));
        var shell = new CliShell(console, settings);
        var parsed = Describe(shell).Parse(words, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction or null)
        {
            return await RefuseAsync(shell, parsed);
        }

        var streams = new InvocationConfiguration
        {
            Output = console.Out,
            Error = console.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(streams, cancellationToken);
    }

    /// <summary>All verbs, with what their help says.</summary>
    /// <param name="shell">What they run in.</param>
    internal static Command Describe(CliShell shell)
    {
        var help = new HelpOption();
        ((HelpAction)help.Action!).MaxWidth = HelpWidth;
        var version = new VersionOption { Action = new PrintVersion() };
        return new Command("hsiedge", "The hyperspectral endoscopy appliance. Without a verb it runs the worker. For research use only.")
        {
            RunVerb.Create(shell),
            ReplayVerb.Create(shell),
            DoctorVerb.Create(shell),
            HealthVerb.Create(shell),
            ValidateVerb.Create(shell),
            ReferenceVerb.Create(shell),
            ResultsVerb.Create(shell),
            StoreVerb.Create(shell),
            AuditVerb.Create(shell),
            ModelVerb.Create(shell),
            BenchVerb.Create(shell),
            help,
            version,
        };
    }

    private static IReadOnlyList<string> WithDefaultVerb(IReadOnlyList<string> arguments) =>
        arguments.Count == 0 || (arguments[0].StartsWith('-') && !RootOptions.Contains(arguments[0])) ? ["run", .. arguments] : arguments;

    private static async Task<int> RefuseAsync(CliShell shell, ParseResult parsed)
    {
        var path = VerbPath(parsed.CommandResult);
        var verbs = parsed.CommandResult.Command.Subcommands;
        List<string> problems = verbs.Count == 0
            ? [.. parsed.Errors.Select(e => e.Message).Distinct(StringComparer.Ordinal)]
            : [.. parsed.UnmatchedTokens.Take(1).Select(t => $"Unknown verb '{t}'."), $"'{path}' takes one of: {string.Join(", ", verbs.Select(c => c.Name))}."];

        problems.Add($"'{path} --help' tells how it is used.");
        return await shell.FailAsync(
            ExitCodes.WrongUsage, string.Join(' ', problems), parsed.Tokens.Any(t => t.Value == "--json"));
    }

    private static string VerbPath(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{VerbPath(parent)} {result.Command.Name}" : result.Command.Name;

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(CliConsole.Version);
            return ExitCodes.Success;
        }
    }
}
