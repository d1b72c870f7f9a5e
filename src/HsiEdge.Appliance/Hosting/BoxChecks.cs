using HsiEdge.Core.Publish;

namespace HsiEdge.Appliance.Hosting;

/// <summary>The judgement of disk and clock that <c>doctor</c> and the running box share.</summary>
internal static class BoxChecks
{
    private const long LeastFreeBytes = 500L << 20;
    private const long LittleFreeBytes = 5L << 30;
    private static readonly TimeSpan ToleratedStep = TimeSpan.FromMinutes(1);
    private static readonly DateTimeOffset EarliestSaneClock = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Free bytes for this user on the disk of a folder.</summary>
    /// <param name="folder">A folder that exists.</param>
    /// <exception cref="IOException">The disk cannot be asked.</exception>
    public static long FreeBytes(string folder) => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Whether there is room for results.</summary>
    /// <param name="folder">The data folder, for the text.</param>
    /// <param name="freeBytes">Free bytes on its disk.</param>
    public static BoxCheck Disk(string folder, long freeBytes)
    {
        var found = $"{folder}, {freeBytes / (double)(1 << 30):0.0} GiB free";
        return freeBytes < LeastFreeBytes ? new(HealthState.Failed, found, "Free at least 0.5 GiB: export and remove old raw cubes, or lower Store:MaximumMapAgeDays.")
            : freeBytes < LittleFreeBytes ? new(HealthState.Warning, found, "Less than 5 GiB: lower Store:MaximumMapAgeDays or enlarge the disk.")
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
}

/// <summary>What a check of the box found.</summary>
/// <param name="State">ok, warning or failed.</param>
/// <param name="Found">What was found.</param>
/// <param name="Advice">What to do, when not ok; else empty.</param>
internal sealed record BoxCheck(HealthState State, string Found, string Advice);
