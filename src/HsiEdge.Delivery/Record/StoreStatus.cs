namespace HsiEdge.Delivery.Record;

/// <summary>How a store stands.</summary>
/// <param name="Folder">Data folder.</param>
/// <param name="SchemaVersion">Version of its documents.</param>
/// <param name="Files">Bytes of its files.</param>
/// <param name="Usage">What lies in it.</param>
/// <param name="FreeWithinBytes">About what is free within the data file: the next results take it before the file grows, and a compaction gives it back to the disk.</param>
/// <param name="WaitingMessages">Messages that wait for the broker.</param>
/// <param name="UsedBytes">What counts towards the quota.</param>
/// <param name="QuotaBytes">The quota; 0 for none.</param>
/// <param name="DiskFreeBytes">Free bytes on the disk.</param>
/// <param name="ProtectedCases">Cases of which nothing is removed.</param>
public sealed record StoreStatus(
    string Folder, int SchemaVersion, StoreSizes Files, StoreUsage Usage, long FreeWithinBytes, long WaitingMessages, long UsedBytes, long QuotaBytes, long DiskFreeBytes,
    IReadOnlyList<string> ProtectedCases)
{
    /// <summary>Reads it, also while the service runs.</summary>
    /// <param name="options">The service's options.</param>
    /// <param name="freeBytes">Free bytes on the disk of a folder.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public static async Task<StoreStatus> ReadAsync(StoreOptions options, Func<string, long> freeBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(freeBytes);
        var paths = StorePaths.Of(options);
        await using var reader = await ResultStoreReader.OpenAsync(options, cancellationToken);
        var (version, usage, waiting) = await reader.SummarizeAsync(cancellationToken);
        var sizes = StoreSizes.Of(paths);
        return new StoreStatus(
            paths.Folder, version, sizes, usage, RoomPlan.InnerRoom(usage, sizes), waiting, RoomPlan.Used(options, usage, sizes), (long)options.QuotaMebibytes << 20,
            freeBytes(paths.Folder), new ProtectedCases(paths.Folder).Read());
    }
}
