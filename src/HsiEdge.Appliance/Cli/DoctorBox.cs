using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Delivery.Record;
using HsiEdge.Inference.Bundle;

namespace HsiEdge.Appliance.Cli;

/// <summary>The checks of <c>doctor</c> that look at how the parts of a box go together: settings, plan and model, worker and store, outbox, audit log, memory, ports.</summary>
/// <param name="configuration">As loaded, perhaps with faults.</param>
/// <param name="console">Time and the program's folder.</param>
internal sealed class DoctorBox(ApplianceConfiguration configuration, CliConsole console)
{
    private static readonly TimeSpan OldBacklog = TimeSpan.FromHours(24);

    private string Folder => Path.GetFullPath(configuration.Store.DataFolder);

    /// <summary>Where the settings come from, and which of a file are hidden by a variable.</summary>
    public DoctorItem Settings()
    {
        const string name = "settings";
        var counts = configuration.Settings.GroupBy(s => s.Layer).OrderBy(g => g.Key).Select(g => $"{g.Count()} from {Word(g.Key)}");
        var found = configuration.Settings.Count == 0 ? "all are defaults" : string.Join(", ", counts);
        return configuration.Overrides is [var (inForce, hidden), ..]
            ? DoctorItem.Warning(
                name, $"{found}; {inForce.Key} is {Shown(inForce)} by {inForce.Origin}, but {Shown(hidden)} in {hidden.Origin}{(configuration.Overrides.Count == 1 ? "" : $", and {configuration.Overrides.Count - 1} more")}",
                $"The variable wins. Remove it (systemctl edit hsiedge, or unset {Variable(inForce)}) where the file is meant to.")
            : DoctorItem.Ok(name, found);
    }

    /// <summary>Whether plan, board and model go together.</summary>
    public DoctorItem Plan()
    {
        const string name = "plan";
        if (PlanChecks.PlanOf(configuration) is not { } plan)
        {
            return DoctorItem.Ok(name, "recordings need none");
        }

        if (PlanChecks.Reasons(configuration) is [var reason, ..])
        {
            return DoctorItem.Failed(name, $"plan {plan.Name}: {reason}", "Use a plan that the board can hold, or a profile that wires what the plan needs ('hsiedge validate' lists every reason).");
        }

        var card = ModelBundleReader.ReadParts(ModelFiles.BundlePath(configuration.Model, console.ProgramFolder), ModelFiles.Trust(configuration.Model)).Card;
        try
        {
            _ = BandResampler.Create(plan.Wavelengths, card.Wavelengths, configuration.Processing.WavelengthToleranceNanometres);
        }
        catch (BadInputException e)
        {
            return DoctorItem.Failed(
                name, $"plan {plan.Name} does not fit model {card.Name}@{card.Version}: {e.Message}", "Set Camera:PlanPath to a plan over the model's range, or Model:BundlePath to a model for this plan's bands.");
        }

        return DoctorItem.Ok(name, $"plan {plan.Name}: {plan.Wavelengths}, fits {card.Name}@{card.Version}");
    }

    /// <summary>Who has the store open for writing.</summary>
    public DoctorItem Worker()
    {
        const string name = "worker";
        var path = Path.Combine(Folder, "results.lock");
        if (!File.Exists(path) || !IsLocked(path))
        {
            return DoctorItem.Ok(name, $"none runs on {Folder}");
        }

        var holders = FileHolders.Of(path);
        var strangers = holders.Where(h => !h.Name.StartsWith("hsiedge", StringComparison.OrdinalIgnoreCase) && !h.Name.StartsWith("dotnet", StringComparison.Ordinal) && !h.Name.StartsWith("HsiEdge", StringComparison.Ordinal)).ToList();
        return strangers.Count > 0
            ? DoctorItem.Failed(name, $"{path} is held by process {strangers[0].Id} ({strangers[0].Name}), which is no worker", $"End it (kill {strangers[0].Id}), or give it another folder: the worker cannot open its store meanwhile.")
            : DoctorItem.Ok(name, $"runs on {Folder}{(holders.Count == 0 ? "" : $" as process {holders[0].Id}")}");
    }

    /// <summary>How old the oldest waiting message is.</summary>
    public async Task<DoctorItem> OutboxAsync(CancellationToken cancellationToken)
    {
        const string name = "outbox";
        if (!File.Exists(Path.Combine(Folder, "results.db")))
        {
            return DoctorItem.Ok(name, "empty");
        }

        await using var store = await ResultStoreReader.OpenAsync(configuration.Store, cancellationToken);
        var waiting = await store.CountPendingMessagesAsync(cancellationToken);
        var age = await store.FindOldestPendingUtcAsync(cancellationToken) is { } oldest ? console.Time.GetUtcNow() - oldest : TimeSpan.Zero;
        var found = string.Create(CultureInfo.InvariantCulture, $"{waiting} messages wait, the oldest for {age.TotalHours:0.0} h");
        return waiting > 0 && age > OldBacklog
            ? DoctorItem.Warning(name, found, "The broker was away for long, or refuses a topic: see the checks 'broker' and 'worker', and health broker-link. Results are in the store; messages beyond Store:MaximumOutboxAgeDays are given up.")
            : DoctorItem.Ok(name, waiting == 0 ? "empty" : found);
    }

    /// <summary>Whether the audit log is whole.</summary>
    public async Task<DoctorItem> AuditAsync(CancellationToken cancellationToken)
    {
        const string name = "audit";
        if (!AuditReader.Exists(Folder) && !File.Exists(Path.Combine(Folder, "results.db")))
        {
            return DoctorItem.Ok(name, "none yet");
        }

        var report = await AuditCheck.OfAsync(Folder, noted: null, cancellationToken);
        return report.Ok
            ? DoctorItem.Ok(name, $"{report.Entries} entries, the chain is whole")
            : DoctorItem.Failed(name, $"{report.File}{(report.Faults[0].Line == 0 ? "" : $" line {report.Faults[0].Line}")}: found {report.Faults[0].Found}; expected {report.Faults[0].Expected}",
                "Somebody or a bad disk changed it: keep a copy of the data folder for whoever has to know, then look at 'hsiedge audit verify'. It cannot be mended.");
    }

    /// <summary>Whether the machine has the memory that the configuration may ask for.</summary>
    public DoctorItem Memory()
    {
        const string name = "memory";
        var total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
        var asked = configuration.Acquire.PoolCeilingMebibytes;
        var found = $"{total} MiB, of which cubes may take {asked} MiB (Acquire:PoolCeilingMebibytes)";
        return asked > total / 2
            ? DoctorItem.Failed(name, found, $"Set Acquire:PoolCeilingMebibytes to at most {total / 2}: the system would end the worker instead of refusing a trigger.")
            : DoctorItem.Ok(name, found);
    }

    /// <summary>Whether the port of figures and health is free, or served by the worker.</summary>
    public async Task<DoctorItem> MetricsAsync(CancellationToken cancellationToken)
    {
        const string name = "metrics";
        var options = configuration.Metrics;
        if (!options.PrometheusEnabled && !options.HealthEnabled)
        {
            return DoctorItem.Ok(name, "off");
        }

        var place = $"{options.Address}:{options.Port}";
        try
        {
            using var listener = new TcpListener(IPAddress.Parse(options.Address), options.Port);
            listener.Start();
            return DoctorItem.Ok(name, $"{place} is free");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return await IsServedAsync(options.Port, options.HealthEnabled ? "/health" : "/metrics", cancellationToken)
                ? DoctorItem.Ok(name, $"{place} is served by a worker")
                : DoctorItem.Failed(name, $"{place} is in use by another program", $"Stop that program ('ss -ltnp sport = :{options.Port}' shows it), or set Metrics:Port to another port.");
        }
        catch (SocketException e)
        {
            return DoctorItem.Failed(name, $"{place}: {e.Message}", "Set Metrics:Address to an address of this machine ('ip addr' shows them), such as 127.0.0.1.");
        }
    }

    private static async Task<bool> IsServedAsync(int port, string path, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}{path}"), cancellationToken);
            return (await answer.Content.ReadAsStringAsync(cancellationToken)).Contains("hsiedge", StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static bool IsLocked(string path)
    {
        try
        {
            using var mine = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static string Variable(Setting setting) => setting.Origin[(setting.Origin.LastIndexOf(' ') + 1)..];

    private static string Shown(Setting setting) => SettingsReport.IsSecret(setting.Key) ? "set, not shown," : $"'{setting.Value}'";

    private static string Word(ConfigurationLayer layer) => layer switch
    {
        ConfigurationLayer.Program => "the program's file",
        ConfigurationLayer.Machine => "the machine's file",
        ConfigurationLayer.Environment => "the environment",
        ConfigurationLayer.CommandLine => "the command line",
        _ => "the defaults",
    };
}
