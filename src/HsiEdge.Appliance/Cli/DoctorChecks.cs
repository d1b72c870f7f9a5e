using System.Runtime.InteropServices;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Hosting;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Publish;
using HsiEdge.Delivery.Record;
using HsiEdge.Devices.Gpio;
using HsiEdge.Inference.Bundle;

namespace HsiEdge.Appliance.Cli;

/// <summary>The checks of <c>doctor</c>, each on its own: one that fails does not hide the next. Nothing is changed on the box.</summary>
/// <param name="configuration">As loaded, perhaps with faults.</param>
/// <param name="console">Time and the program's folder.</param>
internal sealed class DoctorChecks(ApplianceConfiguration configuration, CliConsole console)
{
    private readonly DoctorBox _box = new(configuration, console);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>All of them, in the order they are shown.</summary>
    public IReadOnlyList<(string Name, Func<CancellationToken, Task<DoctorItem>> Run)> All =>
    [
        ("versions", _ => Task.FromResult(Versions())),
        ("configuration", _ => Task.FromResult(Configuration())),
        ("settings", _ => Task.FromResult(_box.Settings())),
        ("memory", _ => Task.FromResult(_box.Memory())),
        ("data folder", _ => Task.FromResult(DataFolder())),
        ("worker", _ => Task.FromResult(_box.Worker())),
        ("store", StoreAsync),
        ("outbox", _box.OutboxAsync),
        ("audit", _box.AuditAsync),
        ("model", _ => Task.FromResult(Model())),
        ("plan", _ => Task.FromResult(_box.Plan())),
        ("pins", _ => Task.FromResult(Pins())),
        ("devices", _ => Task.FromResult(new DoctorSetup(configuration).Devices())),
        ("camera", CameraAsync),
        ("camera network", _ => Task.FromResult(new DoctorSetup(configuration).CameraNetwork())),
        ("calibration", CalibrationAsync),
        ("credentials", _ => Task.FromResult(Credentials())),
        ("broker", BrokerAsync),
        ("metrics", _box.MetricsAsync),
        ("clock", ClockAsync),
    ];

    private static DoctorItem Versions() => DoctorItem.Ok(
        "versions",
        $"hsiedge {CliConsole.Version}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors");

    private DoctorItem Configuration()
    {
        var faults = configuration.Faults;
        return faults.Count == 0
            ? DoctorItem.Ok("configuration", configuration.Files.Count == 0 ? "defaults, no file" : string.Join(", ", configuration.Files))
            : DoctorItem.Failed("configuration", string.Join(" ", faults.Select(f => f.Message)), "Correct each key; 'hsiedge validate' lists them.");
    }

    private DoctorItem DataFolder()
    {
        const string name = "data folder";
        var folder = Path.GetFullPath(configuration.Store.DataFolder);
        if (!Directory.Exists(folder))
        {
            return DoctorItem.Failed(name, $"{folder} does not exist", $"Make it for the service's user: install -d -o hsiedge -g hsiedge {folder}, or set Store:DataFolder.");
        }

        try
        {
            var probe = Path.Combine(folder, $".doctor-{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, [0]);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return DoctorItem.Failed(name, $"{folder} cannot be written: {e.Message}", "Run doctor as the service's user; give that user the folder, or free the disk.");
        }

        var disk = BoxChecks.Disk(configuration.Store, BoxChecks.FreeBytes(folder));
        return new DoctorItem(name, disk.State, disk.Found, disk.Advice);
    }

    private async Task<DoctorItem> StoreAsync(CancellationToken cancellationToken)
    {
        const string name = "store";
        var folder = Path.GetFullPath(configuration.Store.DataFolder);
        if (!File.Exists(Path.Combine(folder, "results.db")))
        {
            return DoctorItem.Warning(name, $"{folder} holds no results yet", "Nothing to do before the first run of the worker.");
        }

        await using var store = await ResultStoreReader.OpenAsync(configuration.Store, cancellationToken);
        var pending = await store.CountPendingMessagesAsync(cancellationToken);
        var latest = await store.ListAsync(new ResultQuery(1), cancellationToken);
        var found = latest.Count == 0 ? $"no result, {pending} messages waiting" : $"latest result {latest[0].CapturedUtc.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, {pending} messages waiting";
        return store.DamagedResultIds.Count > 0
            ? DoctorItem.Failed(name, $"{found}; damaged: {string.Join(", ", store.DamagedResultIds)}", "Check the disk; restore the data folder from its backup.")
            : DoctorItem.Ok(name, found);
    }

    private DoctorItem Model()
    {
        const string name = "model";
        var path = ModelFiles.BundlePath(configuration.Model, console.ProgramFolder);
        var report = ModelBundleVerifier.Verify(path, ModelFiles.Trust(configuration.Model));
        if (!report.Ok)
        {
            return DoctorItem.Failed(
                name, report.Checks.First(c => c.Outcome == BundleCheckOutcome.Failed).Detail, $"'hsiedge model verify {path}' shows each step; install a bundle that passes and name it in Model:BundlePath.");
        }

        var found = $"{report.Model!.Name}@{report.Model.Version}, self-test passed, {(report.Model.Signed ? "signed" : "unsigned")}{(report.TrainedOnSyntheticData == true ? ", trained on SYNTHETIC data" : "")}";
        return report.Model.Signed ? DoctorItem.Ok(name, found) : DoctorItem.Warning(name, found, "Sign the bundle and set Model:TrustedKeysFolder and Model:RequireSignature.");
    }

    private DoctorItem Pins()
    {
        const string name = "pins";
        const string advice = "'hsiedge doctor --pins' lists chips and lines.";
        var path = configuration.Board.ProfilePath;
        if (path.Length == 0)
        {
            return DoctorItem.Ok(name, "no board: no footswitch, no interlock, no lamps");
        }

        var board = BoardProfileFile.Read(path);
        if (board.Profile.Simulated)
        {
            return DoctorItem.Warning(name, $"{board.Profile.Title}: its lines live in memory", "Set Board:ProfilePath for a cart in use.");
        }

        var lines = PinsReport.Of(path, board.Profile, console.ListChips()).Lines;
        var missing = lines.Where(l => l.State == PinsLineState.Missing).ToList();
        var used = lines.Where(l => l.State == PinsLineState.InUse).Select(l => $"{l.Line} by {l.UsedBy}").ToList();
        var found = $"{board.Profile.Title}: {lines.Count - missing.Count} of {lines.Count} lines found{(used.Count == 0 ? "" : $"; in use: {string.Join(", ", used)}")}";
        return missing.Count == 0 ? DoctorItem.Ok(name, found) : DoctorItem.Failed(name, $"{found}. {missing[0].Fault}", $"Set Board:ProfilePath to this board's profile. {advice}");
    }

    private async Task<DoctorItem> CameraAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            return await DoctorCamera.CheckAsync(configuration.Camera, console.Time, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return DoctorItem.Failed("camera", $"no answer within {Patience.TotalSeconds:0} s", "Check the camera's power, cable and network.");
        }
    }

    private async Task<DoctorItem> CalibrationAsync(CancellationToken cancellationToken)
    {
        const string name = "calibration";
        var (howTaken, remedy) = configuration.Camera.Source != CameraSource.Replay
            ? ("references are kept in the data folder and taken anew between captures when stale or drifted",
                "A running worker takes new references before its next capture; if this stays, the health of camera says why.")
            : ("recordings bring their own references", "Name recordings in Camera:ReplayFolder whose white and dark references belong to them.");
        if (await LatestAsync(cancellationToken) is not { } latest)
        {
            return DoctorItem.Ok(name, howTaken);
        }

        var found = $"{howTaken}; latest result used {latest.CalibrationId ?? "none"}, flags {ResultText.Word(latest.Flags)}";
        return latest.AlertsInhibited ? DoctorItem.Failed(name, $"{found}: ALERTS INHIBITED", remedy)
            : (latest.Flags & (CalibrationFlags.ManySaturated | CalibrationFlags.ManyUnderExposed)) != CalibrationFlags.None ? DoctorItem.Warning(name, found, "Adjust exposures in the scan plan.")
            : DoctorItem.Ok(name, found);
    }

    private async Task<DoctorItem> BrokerAsync(CancellationToken cancellationToken)
    {
        const string name = "broker";
        var options = configuration.Mqtt;
        if (!options.Enabled)
        {
            return DoctorItem.Warning(name, "Mqtt:Enabled is false: messages wait in the outbox", "Set Mqtt:Enabled when there is a broker.");
        }

        var ids = new UlidGenerator(console.Time);
        var identity = new ApplianceIdentity(configuration.Appliance.Site, configuration.Appliance.Cart, CliConsole.Version, ids.Next());
        var place = $"{options.Host}:{options.Port}{(options.UseTls ? " with TLS" : "")}";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        string? refusal;
        IReadOnlyList<CertificateDates> shown = [];
        try
        {
            (refusal, shown) = await BrokerProbe.TryAsync(options, identity, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            refusal = $"no answer within {Patience.TotalSeconds:0} s";
        }

        return refusal is null
            ? Judge(name, $"{place} accepts connections", shown)
            : DoctorItem.Failed(name, $"{place}: {refusal}", "Start the broker, or correct Mqtt:Host, Mqtt:Port, Mqtt:UseTls and the credentials. Results are kept until it is back.");
    }

    private DoctorItem Credentials()
    {
        const string name = "credentials";
        var options = configuration.Mqtt;
        if (!options.UseTls && options.PasswordFile is null)
        {
            return DoctorItem.Ok(name, options.Password is null ? "none: no TLS, no password" : "a password from the environment, no TLS");
        }

        var (remarks, dates) = BrokerProbe.CheckCredentials(options);
        return remarks.Count > 0
            ? DoctorItem.Warning(name, string.Join("; ", remarks), "Change the mode as shown.")
            : Judge(name, dates.Count == 0 ? "the files can be read" : $"the files can be read; the first certificate to expire does so on {dates.Min(d => d.NotAfterUtc).UtcDateTime:yyyy-MM-dd}", dates);
    }

    private DoctorItem Judge(string name, string found, IReadOnlyList<CertificateDates> dates)
    {
        var worst = dates.Select(d => (Dates: d, Said: d.Judge(console.Time.GetUtcNow(), configuration.Mqtt.ExpiryWarningDays))).OrderByDescending(d => d.Said.State).FirstOrDefault();
        return worst.Dates is null || worst.Said.State == HealthState.Ok
            ? DoctorItem.Ok(name, found)
            : new DoctorItem(name, worst.Said.State, $"{found}; {worst.Said.Reason}", worst.Dates.Remedy);
    }

    private async Task<DoctorItem> ClockAsync(CancellationToken cancellationToken)
    {
        const string name = "clock";
        var now = console.Time.GetUtcNow();
        var clock = BoxChecks.Clock(now, (await LatestAsync(cancellationToken))?.CapturedUtc);
        var found = $"{now.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC{(clock.Found.Length == 0 ? "" : ": ")}{clock.Found}";
        return new DoctorItem(name, clock.State, found, clock.Advice);
    }

    private async Task<CaptureResult?> LatestAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var store = await ResultStoreReader.OpenAsync(configuration.Store, cancellationToken);
            return (await store.ListAsync(new ResultQuery(1), cancellationToken)) is [var latest, ..] ? latest : null;
        }
        catch (Exception e) when (e is BadInputException or StoreFaultException)
        {
            // The store's own check says it.
            return null;
        }
    }
}
