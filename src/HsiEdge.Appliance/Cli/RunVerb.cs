using System.CommandLine;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Hosting;

namespace HsiEdge.Appliance.Cli;

/// <summary><c>hsiedge run</c>: the worker, until it is told to stop.</summary>
internal static class RunVerb
{
    public static Command Create(CliShell shell)
    {
        var config = CliShell.ConfigOption();
        var json = new Option<bool>("--json") { Description = "Write the log as JSON on standard output, one object a line." };
        return shell.Verb(
            "run",
            "Runs the worker until Ctrl-C or SIGTERM (the default verb). With a wrong configuration it starts no camera and reports itself degraded; where its own name, broker or store is wrong it ends with 3. SIGHUP reads the configuration again: a wrong one changes nothing and is said.",
            json,
            config,
            [],
            (parsed, cancellationToken) =>
            {
                ApplianceConfiguration Load() => ApplianceConfiguration.Load([.. shell.ConfigurationArguments(parsed.GetValue(config))]);
                return ApplianceHost.RunAsync(Load(), ApplianceRun.Service with { JsonLog = parsed.GetValue(json) }, cancellationToken, Load);
            });
    }
}
