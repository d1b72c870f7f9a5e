using HsiEdge.Core.Publish;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Hosting;

/// <summary>The judgement of disk and clock that <c>doctor</c> and the running box share.</summary>
internal static class BoxChecks
{
    private static readonly TimeSpan ToleratedStep = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset EarliestSaneClock = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Free bytes for this user on the disk of a folder.</summary>
    /// <param name="folder">A folder that exists.</param>
    /// <exception cref="IOException">The disk cannot be asked.</exception>
    public static long FreeBytes(string folder) => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Whether there is room for results.</summary>
    /// <param name="options">The data folder, for the text, and the limits.</param>
    /// <param name="freeBytes">Free bytes on its disk.</param>
    public static BoxCheck Disk(StoreOptions options, long freeBytes)
    {
        var found = $"{Path.GetFullPath(options.DataFolder)}, {freeBytes / (double)(1 << 30):0.0} GiB free";
        return freeBytes < Bytes(options.RefuseFreeMebibytes)
            ? new(HealthState.Failed, found, $"Less than {Text(options.RefuseFreeMebibytes)}, the least to capture with (Store:RefuseFreeMebibytes): free some. 'hsiedge store status' shows what takes the room.")
            : freeBytes < Bytes(options.WarnFreeMebibytes)
                ? new(HealthState.Warning, found, $"Less than {Text(options.WarnFreeMebibytes)} (Store:WarnFreeMebibytes): set Store:QuotaMebibytes, lower Store:MaximumMapAgeDays or enlarge the disk.")
            : new(HealthState.Ok, found, "");
    }

    /// <summary>Whether the clock can be right: not before this version was made, not behind what it dated itself.</summary>
    /// <param name="now">What the clock says.</param>
    /// <param name="latestCapturedUtc">Date of the latest result, or null when there is none.</param>
    public static BoxCheck Clock(DateTimeOffset now, DateTimeOffset? latestCapturedUtc) =>
        now < EarliestSaneClock ? new(HealthState.Failed, "before this version was made", "Set the clock or let it be set (NTP, battery of the real-time clock).")
            : latestCapturedUtc is { } latest && latest > now + ToleratedStep
                ? new(HealthState.Failed, $"the latest result is dated {latest.UtcDateTime:yyyy-MM-dd HH:mm:ss}, ahead of it", "The clock stepped back: set it (NTP).")
            : new(HealthState.Ok, "", "");

    private static long Bytes(int mebibytes) => (long)mebibytes << 20;

    private static string Text(int mebibytes) => mebibytes >= 1024 ? $"{mebibytes / 1024.0:0.#} GiB" : $"{mebibytes} MiB";
}

/// <summary>What a check of the box found.</summary>
/// <param name="State">ok, warning or failed.</param>
/// <param name="Found">What was found.</param>
/// <param name="Advice">What to do, when not ok; else empty.</param>
internal sealed record BoxCheck(HealthState State, string Found, string Advice);
