using System.Security.Cryptography;
using HsiEdge.Appliance.Cli;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Core;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Hosting;

/// <summary>What the box audits of itself: its start, another version of the software, another configuration, another model than the log knows of.</summary>
/// <param name="audit">The log.</param>
/// <param name="folder">The data folder.</param>
/// <param name="software">Version of the program.</param>
internal sealed class AuditedBox(BoxAudit audit, string folder, string software)
{
    private const string Box = "box";
    private const string SoftwareKey = "software";
    private const string SettingsKey = "settings";
    private const string ModelKey = "model";
    private readonly TaskCompletionSource<string?> _knownModel = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _model;

    /// <summary>Writes the start, and before it what changed since the log was last written.</summary>
    /// <param name="configuration">The configuration in force.</param>
    /// <param name="stopping">Stops trying.</param>
    public async Task StartedAsync(ApplianceConfiguration configuration, CancellationToken stopping)
    {
        var known = await LastKnownAsync(stopping);
        var settings = SettingsReport.Of(configuration);
        if (known.GetValueOrDefault(SoftwareKey) is { } before && before != software)
        {
            await WriteAsync(AuditAction.Update, software, [new("from", before), new(SoftwareKey, software)], stopping);
        }

        if (known.GetValueOrDefault(SettingsKey) is { } old && old != settings.Json)
        {
            await WriteAsync(AuditAction.Configuration, Files(configuration), [new("changed", settings.ChangesSince(old)), new(SettingsKey, settings.Json)], stopping);
        }

        List<KeyValuePair<string, string>> details =
            [new(SoftwareKey, software), new("configuration", settings.Sha256), new(SettingsKey, settings.Json), new("bundle", BundleHash(configuration))];
        if (configuration.Faults.Count > 0)
        {
            details.Add(new("faults", string.Join(" ", configuration.Faults.Select(f => f.Message))));
        }

        await WriteAsync(AuditAction.Start, Files(configuration), details, stopping);
        _knownModel.TrySetResult(known.GetValueOrDefault(ModelKey));
    }

    /// <summary>Before a configuration that was read again is put in force.</summary>
    /// <param name="read">The configuration.</param>
    /// <param name="changedKeys">Keys whose values differ from those in force, secrets too.</param>
    /// <param name="stopping">Stops waiting for a turn.</param>
    /// <exception cref="StoreFaultException">It could not be written: the configuration must not be put in force.</exception>
    public Task ReloadingAsync(ApplianceConfiguration read, IReadOnlyList<string> changedKeys, CancellationToken stopping)
    {
        var settings = SettingsReport.Of(read);
        var details = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["changed"] = changedKeys.Count == 0 ? "no key; the files that it names are read again" : string.Join("; ", changedKeys.Select(k => settings.Describe(k))),
            [SettingsKey] = settings.Json,
        };
        return audit.AppendAsync(new AuditEvent(AuditAction.Configuration, "signal HUP", Files(read), details), stopping);
    }

    /// <summary>Before a model becomes the active one.</summary>
    /// <param name="model">Which.</param>
    /// <param name="stopping">Stops trying.</param>
    public async Task ActivatingAsync(ModelIdentity model, CancellationToken stopping)
    {
        var known = _model ?? await _knownModel.Task.WaitAsync(stopping);
        var now = $"{model.Name}@{model.Version} {model.Sha256}";
        if (known != now)
        {
            await WriteAsync(
                AuditAction.Install, $"{model.Name}@{model.Version}", [new("from", known ?? "none"), new(ModelKey, now), new("signed", model.Signed ? "yes" : "no")], stopping);
        }

        _model = now;
    }

    private Task WriteAsync(AuditAction action, string subject, IEnumerable<KeyValuePair<string, string>> details, CancellationToken stopping) =>
        audit.AppendUntilWrittenAsync(new AuditEvent(action, Box, subject, new Dictionary<string, string>(details, StringComparer.Ordinal)), stopping);

    /// <summary>Software, settings and model as the log last told them.</summary>
    private async Task<Dictionary<string, string>> LastKnownAsync(CancellationToken stopping)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            await foreach (var entry in AuditReader.ReadAsync(folder, stopping))
            {
                if (entry.Action is AuditAction.Start or AuditAction.Update or AuditAction.Configuration or AuditAction.Install)
                {
                    foreach (var key in new[] { SoftwareKey, SettingsKey, ModelKey }.Where(entry.Details.ContainsKey))
                    {
                        known[key] = entry.Details[key];
                    }
                }
            }
        }
        catch (BadInputException)
        {
            // There is no log yet, or none that can be read: then writing it says so.
        }

        return known;
    }

    private static string Files(ApplianceConfiguration configuration) => ApplianceLog.FilesOf(configuration);

    private static string BundleHash(ApplianceConfiguration configuration)
    {
        var path = ModelFiles.BundlePath(configuration.Model, AppContext.BaseDirectory);
        try
        {
            using var file = File.OpenRead(path);
            return $"{path} {Convert.ToHexStringLower(SHA256.HashData(file))}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be read: {e.Message}";
        }
    }
}
