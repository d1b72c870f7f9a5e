using System.CommandLine;
using HsiEdge.Appliance.Hosting;

namespace HsiEdge.Appliance.Cli;

/// <summary><c>hsiedge run</c>: the worker, until it is told to stop.</summary>
internal static class RunVerb
{
    public static Command Create(CliShell shell)
    {
        var config = CliShell.ConfigOption();
        return shell.Verb(
            "run",
            "Runs the worker until Ctrl-C or SIGTERM (the default verb). With a wrong configuration it starts no camera and reports itself degraded.",
            json: null,
            config,
            [],
            (parsed, cancellationToken) => ApplianceHost.RunAsync([.. shell.ConfigurationArguments(parsed.GetValue(config))], cancellationToken));
    }
}
