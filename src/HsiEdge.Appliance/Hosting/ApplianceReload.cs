using HsiEdge.Appliance.Configuration;
using HsiEdge.Core;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Publish;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>
/// What becomes of a configuration that is read again in the running box. A wrong one changes nothing: what captures goes on capturing and says so, what
/// stands in safe mode says the new reasons. See docs/decisions/0009-safe-mode.md.
/// </summary>
/// <param name="load">Reads all layers.</param>
/// <param name="time">Source of the time.</param>
/// <param name="log">Receives what was done.</param>
internal sealed class ApplianceReload(Func<ApplianceConfiguration> load, TimeProvider time, ILogger log)
{
    private const string Component = "configuration";
    private const string Cause = "reload";
    private static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(10);

    /// <summary>Reads the configuration and puts it in force where that can be.</summary>
    /// <param name="box">The running box.</param>
    /// <param name="inForce">Its configuration.</param>
    /// <param name="stopping">The box is stopping.</param>
    /// <returns>The configuration to set up the whole box by; null where nothing is left to do.</returns>
    public async Task<(ApplianceConfiguration InForce, bool WholeBox)> ReadAsync(ApplianceComposition box, ApplianceConfiguration inForce, CancellationToken stopping)
    {
        var read = load();
        var change = new ConfigurationChange(inForce, read);
        if (await RefusalAsync(box, inForce, read, change, stopping) is { } refusal)
        {
            var reason = $"the configuration read at {time.GetUtcNow():yyyy-MM-dd HH:mm:ss} UTC is not used, the one before stays in force: {refusal} Correct it and send SIGHUP again (systemctl reload hsiedge).";
            box.Health.Report(Component, HealthState.Failed, reason, Cause);
            ReloadLog.Refused(log, reason);
            return (inForce, false);
        }

        ReloadLog.Taken(log, change.ChangedKeys.Count == 0 ? "no key changed; the files that it names are read again" : string.Join(", ", change.ChangedKeys), change.NeedsWholeBox ? "the whole box" : "board and captures");
        if (!change.NeedsWholeBox)
        {
            await box.Captures.ChangeAsync(read, stopping);
            ReloadLog.InForce(log);
        }

        return (read, change.NeedsWholeBox);
    }

    /// <summary>Says that a box could not be set up by a configuration, and goes on with the one before.</summary>
    /// <param name="box">Set up by the one before.</param>
    /// <param name="refusal">Why.</param>
    public static void TellFellBack(ApplianceComposition box, string refusal) => box.Health.Report(
        Component, HealthState.Failed, $"the box cannot be set up by the configuration that was read again, the one before is in force: {refusal} Correct it and send SIGHUP again (systemctl reload hsiedge).", Cause);

    /// <summary>Why it is not put in force, with what is written before anything is done; null when it is.</summary>
    private async Task<string?> RefusalAsync(
        ApplianceComposition box, ApplianceConfiguration inForce, ApplianceConfiguration read, ConfigurationChange change, CancellationToken stopping)
    {
        if (read.Faults.Count > 0 && (inForce.Faults.Count == 0 || !read.CanReachBroker))
        {
            return string.Join(" ", read.Faults.Select(f => f.Message));
        }

        if (change.ChangesBroker && read.Mqtt.Enabled && await BrokerRefusalAsync(read, stopping) is { } refusal)
        {
            return refusal;
        }

        try
        {
            await box.Audited.ReloadingAsync(read, change.ChangedKeys, stopping);
            return null;
        }
        catch (StoreFaultException e)
        {
            return e.Message;
        }
    }

    /// <summary>A broker that does not answer would leave the box unreachable, and nobody could tell it so: the one before is kept.</summary>
    private async Task<string?> BrokerRefusalAsync(ApplianceConfiguration read, CancellationToken stopping)
    {
        var place = $"the broker {read.Mqtt.Host}:{read.Mqtt.Port} (Mqtt:Host, Mqtt:Port)";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(BrokerPatience);
        try
        {
            var identity = new ApplianceIdentity(read.Appliance.Site, read.Appliance.Cart, "", new UlidGenerator(time).Next());
            return (await BrokerProbe.TryAsync(read.Mqtt, identity, limit.Token)).Refusal is { } refusal ? $"{place} cannot be used: {refusal.TrimEnd('.')}." : null;
        }
        catch (BadInputException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return $"{place} gave no answer within {BrokerPatience.TotalSeconds:0} s.";
        }
    }
}
