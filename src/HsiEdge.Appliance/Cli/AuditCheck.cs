using HsiEdge.Core;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Cli;

/// <summary>Verifies an audit log against all heads that this box keeps: for <c>audit verify</c> and <c>doctor</c>.</summary>
internal static class AuditCheck
{
    /// <summary>Goes through the chain.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="noted">A head that a person noted, or null.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="BadInputException">There is no audit log and nothing that remembers one, or it cannot be read.</exception>
    public static async Task<AuditReport> OfAsync(string folder, AuditAnchor? noted, CancellationToken cancellationToken)
    {
        var (anchor, note) = await OfStoreAsync(folder, cancellationToken);
        var anchors = new[] { anchor, noted }.OfType<AuditAnchor>().ToList();
        if (anchors.Count == 0 && !AuditReader.Exists(folder))
        {
            throw new BadInputException($"{folder} holds no audit log (audit.jsonl is missing). Run the service once, or name the folder that it uses (Store:DataFolder, --data-folder).");
        }

        var found = await AuditReader.VerifyAsync(folder, anchors, cancellationToken);
        return new AuditReport(
            found.Faults.Count == 0, Path.Combine(folder, "audit.jsonl"), found.Entries, found.Head, found.Faults, note is null ? found.Notes : [.. found.Notes, note]);
    }

    /// <summary>The head that the worker put into the store.</summary>
    private static async Task<(AuditAnchor? Anchor, string? Note)> OfStoreAsync(string folder, CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(folder, "results.db")))
        {
            return (null, $"{folder} holds no store that could remember the last entry.");
        }

        try
        {
            await using var store = await ResultStoreReader.OpenAsync(new StoreOptions { DataFolder = folder }, cancellationToken);
            return (AuditAnchors.Parse(await store.ReadValueAsync(AuditAnchors.StoreKey, cancellationToken)), null);
        }
        catch (Exception e) when (e is StoreFaultException or BadInputException)
        {
            return (null, $"The store could not be asked which entry it remembers: {e.Message}");
        }
    }
}

/// <summary>What <c>audit verify --json</c> prints.</summary>
/// <param name="Ok">Whether the chain is whole.</param>
/// <param name="File">The log.</param>
/// <param name="Entries">Whole entries in it.</param>
/// <param name="Head">The last of them; null when there is none.</param>
/// <param name="Faults">What is wrong.</param>
/// <param name="Notes">What is worth saying and no fault.</param>
internal sealed record AuditReport(bool Ok, string File, long Entries, AuditHead? Head, IReadOnlyList<AuditFault> Faults, IReadOnlyList<string> Notes);
