namespace HsiEdge.Delivery.Record;

/// <summary>What would have to go to hold the quota and to keep the disk from filling up.</summary>
/// <param name="Reason">Why, for people; empty when nothing has to go.</param>
/// <param name="Raw">Raw cubes.</param>
/// <param name="Maps">Results that lose their maps.</param>
/// <param name="Results">Whole results.</param>
internal sealed record RoomPlan(string Reason, long Raw, long Maps, long Results)
{
    // Pages are not full and indexes take some: measured at one to three hundredths.
    private const double Overhead = 1.05;

    // Room within the data file for the next captures: on a disk that others filled, more would not give anything back to it.
    private const long InnerRoomBytes = 64L << 20;

    /// <summary>Nothing.</summary>
    public static RoomPlan None { get; } = new(string.Empty, 0, 0, 0);

    /// <summary>Items of all tiers.</summary>
    public long Items => Raw + Maps + Results;

    /// <summary>What the box takes of its disk, as the quota counts it: what freed pages of the data file hold no more does not count, and the log counts as full.</summary>
    public static long Used(StoreOptions options, StoreUsage usage, StoreSizes sizes) =>
        (long)(Overhead * usage.Bytes) + Math.Max(sizes.Log, Bytes(options.CheckpointMebibytes)) + sizes.Raw + sizes.Calibration;

    /// <summary>About what the data file needs.</summary>
    public static long InData(StoreUsage usage) => (long)(Overhead * usage.Bytes);

    /// <summary>Room within the data file, which the next results take before it grows.</summary>
    public static long InnerRoom(StoreUsage usage, StoreSizes sizes) => Math.Max(0, sizes.Data - (long)(Overhead * usage.Bytes));

    /// <summary>Whether anything has to go.</summary>
    public static bool IsWanted(StoreOptions options, StoreUsage usage, StoreSizes sizes, long free) =>
        (options.QuotaMebibytes > 0 && Used(options, usage, sizes) > Bytes(options.QuotaMebibytes)) || free < Bytes(options.ReclaimFreeMebibytes);

    /// <summary>Makes the plan.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="usage">What lies in the store.</param>
    /// <param name="sizes">What its files take.</param>
    /// <param name="rawBytes">Sizes of the raw cubes that may go, oldest first.</param>
    /// <param name="free">Free bytes on the disk.</param>
    public static RoomPlan Of(StoreOptions options, StoreUsage usage, StoreSizes sizes, IReadOnlyList<long> rawBytes, long free)
    {
        var excess = options.QuotaMebibytes == 0 ? 0 : Math.Max(0, Used(options, usage, sizes) - Bytes(options.QuotaMebibytes));
        var low = Math.Max(0, Bytes(options.ReclaimFreeMebibytes) - free);
        var (raw, rawSum) = Count(rawBytes, Math.Max(excess, low));
        var rest = excess - rawSum;
        var maps = Pieces(rest, usage.MapBytes, usage.Maps);
        var results = rest > 1.02 * usage.MapBytes ? Pieces(rest - (long)(Overhead * usage.MapBytes), usage.ResultBytes, usage.Results + usage.LostCaptures) : 0;
        if (low > rawSum)
        {
            maps = Math.Max(maps, Pieces(InnerRoomBytes - InnerRoom(usage, sizes), usage.MapBytes, usage.Maps));
        }

        return raw + maps + results == 0 ? None : new RoomPlan(Reasons(options, excess, low, free, Used(options, usage, sizes)), raw, maps, results);
    }

    private static string Reasons(StoreOptions options, long excess, long low, long free, long used) => string.Join("; ", new[]
    {
        excess > 0 ? $"the box uses {Text(used)} and Store:QuotaMebibytes allows {options.QuotaMebibytes}" : null,
        low > 0 ? $"{Text(free)} of the disk are free and Store:ReclaimFreeMebibytes wants {options.ReclaimFreeMebibytes}" : null,
    }.OfType<string>());

    private static string Text(long bytes) => $"{bytes >> 20} MiB";

    private static long Bytes(int mebibytes) => (long)mebibytes << 20;

    /// <summary>How many of a tier make up for an excess, by their mean size.</summary>
    private static long Pieces(long excess, long tierBytes, long count) =>
        excess <= 0 || count == 0 || tierBytes == 0 ? 0 : Math.Min(count, (long)Math.Ceiling(excess / (Overhead * tierBytes / count)));

    private static (long Count, long Sum) Count(IReadOnlyList<long> sizes, long needed)
    {
        var (count, sum) = (0, 0L);
        while (count < sizes.Count && sum < needed)
        {
            sum += sizes[count++];
        }

        return (count, sum);
    }
}
