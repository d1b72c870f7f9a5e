using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json;
using HsiEdge.Appliance.Watch;
using HsiEdge.Core;
using HsiEdge.Core.Publish;

namespace HsiEdge.Appliance.Cli;

/// <summary><c>hsiedge health</c>: asks the worker on this machine how it is. What a container's health check runs.</summary>
internal static class HealthVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create(CliShell shell)
    {
        var ready = new Option<bool>("--ready") { Description = "Exit 0 only when a trigger would be captured now, or is being captured." };
        var well = new Option<bool>("--well") { Description = "Exit 0 only when no component is in warning or failed." };
        var (config, json) = (CliShell.ConfigOption(), CliShell.JsonOption());
        return shell.Verb(
            "health",
            "Asks the worker that runs on the configured data folder how it is. Exit 0 when it lives: no stage is dead; exit 1 when one is, or no worker answers.",
            json,
            config,
            [ready, well],
            async (parsed, cancellationToken) =>
            {
                var folder = shell.LoadConfiguration(parsed.GetValue(config)).Store.DataFolder;
                if (await AskAsync(folder, cancellationToken) is not { } report)
                {
                    return await shell.FailAsync(
                        ExitCodes.Failed, $"No worker answers on {HealthSocket.PathIn(folder)} within {Patience.TotalSeconds:0} s. Start it, or name its data folder by Store:DataFolder or --config.", parsed.GetValue(json));
                }

                if (parsed.GetValue(json))
                {
                    await shell.WriteJsonAsync(report);
                }
                else
                {
                    await PrintAsync(shell.Console, report);
                }

                var good = report.Live && (report.Ready || !parsed.GetValue(ready)) && (!report.Degraded || !parsed.GetValue(well));
                return good ? ExitCodes.Success : ExitCodes.Failed;
            });
    }

    private static async Task<HealthReport?> AskAsync(string folder, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return JsonSerializer.Deserialize<HealthReport>(await HealthSocket.AskAsync(folder, patience.Token), HsiEdgeJson.Compact);
        }
        catch (Exception e) when (e is SocketException or IOException or JsonException or ArgumentException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Not there, silent, or gone in the middle of the answer.
            return null;
        }
    }

    private static async Task PrintAsync(CliConsole console, HealthReport report)
    {
        CliTable.Print(
            console,
            ["stage or component", "state", "reason"],
            [
                .. report.Stages.Where(s => !s.Alive).Select(s => (string[])[s.Stage, "DEAD", s.Reason]),
                .. report.Components.Select(c => (string[])[c.Component, c.State == HealthState.Failed ? "FAILED" : ResultText.Word(c.State), c.Reason]),
            ]);
        await console.Out.WriteLineAsync(
            $"{(report.Live ? "live" : "NOT LIVE")}, {(report.Ready ? "ready" : $"not ready: {string.Join("; ", report.Reasons.Ready)}")}, {(report.Degraded ? "degraded" : "not degraded")}. For research use only.");
    }
}
