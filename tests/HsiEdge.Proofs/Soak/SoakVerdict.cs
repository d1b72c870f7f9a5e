using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Proofs.Soak;

/// <summary>What a soak comes to: the store, the log and the dashboard held against each other, and the figures against their limits.</summary>
internal sealed class SoakVerdict(
    TimeSpan length, IReadOnlyList<ProcSample> samples, SoakBox box, SoakConsumer consumer, SoakReaders readers, int exitCode, int unanswered, long largestLogBytes)
{
    // 20 MB/h fills no box between two updates. Within minutes the heap is still finding its size (some 100 MB in the first five): there the limit is what a leak of 0.3 MB
    // a capture would make (4 captures/s × 3600 s × 0.3 MB = 4320 MB/h), a thirteenth of one raw cube of the phantom.
    private const double LongLimitMegabytesPerHour = 20;
    private const double ShortLimitMegabytesPerHour = 4320;
    private const int ShortMinutes = 30;
    private const double LargestDrift = 2;
    private const int FileRoom = 8;
    private const double LogCeilingMegabytes = 64 * 1.048576;

    /// <summary>Reads the store and prints the last line.</summary>
    /// <returns>Exit code.</returns>
    public async Task<int> PrintAsync(string dataFolder, int outages, int hangUps)
    {
        await using var reader = await ResultStoreReader.OpenAsync(new StoreOptions { DataFolder = dataFolder });
        var kept = (await reader.ListAsync(new ResultQuery(int.MaxValue), CancellationToken.None)).Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        var pending = await reader.CountPendingMessagesAsync(CancellationToken.None);
        var logged = box.Stored;
        var totals = box.Totals ?? (0, -1, 0, 0);
        var counts = consumer.Counts;
        PrintDetails(counts);

        var lost = logged.Count(s => !kept.Contains(s.Id));
        var unsent = kept.Count(id => !consumer.Results.Contains(id) || !consumer.Captured.Contains(id));
        var untold = consumer.Results.Count(id => !kept.Contains(id));
        return AddLimits(new ProofLine("soak")
            .Figure("minutes", length.TotalMinutes).Figure("triggers", totals.Triggers).Figure("results", kept.Count).Figure("refused", totals.Refused).Figure("missed", totals.Missed)
            .Zero("lost", lost).Zero("unaccounted", totals.Triggers - totals.Captured - totals.Refused - totals.Missed + Math.Abs(totals.Captured - kept.Count))
            .Zero("untoldMissed", totals.Missed - counts.Missed).Figure("refusedTold", counts.Refused).Zero("unsent", unsent).Zero("sentNotStored", untold).Zero("pending", pending)
            .Zero("unreadable", counts.Unreadable + reader.DamagedResultIds.Count).Zero("unanswered", unanswered).Zero("readerFailures", readers.Failures.Count).Zero("exitCode", exitCode)
            .Figure("messages", counts.Messages).Figure("repeated", counts.Repeated).Figure("overlays", counts.Overlays).Figure("answers", counts.Answered)
            .Figure("readings", readers.Runs).Figure("outages", outages).Figure("hangUps", hangUps)).Print();
    }

    private void PrintDetails((long Missed, long Refused, int Messages, long Repeated, int Overlays, int Unreadable, int Answered) counts)
    {
        Console.WriteLine($"warnings and errors in the box's log: {box.Complaints}");
        if (counts.Unreadable > 0 || readers.Failures.Count > 0 || box.Totals is null)
        {
            Console.WriteLine(string.Join('\n', readers.Failures.Take(10).Append(box.Tail)));
        }
    }

    private ProofLine AddLimits(ProofLine line)
    {
        var warm = Math.Max(60, length.TotalSeconds / 6);
        var steady = samples.Where(s => s.Seconds >= warm).ToList();
        var third = steady.Count / 3;
        if (third == 0)
        {
            return line.Zero("noSamples", 1);
        }

        var limit = length.TotalMinutes < ShortMinutes ? ShortLimitMegabytesPerHour : LongLimitMegabytesPerHour;
        var resident = SoakFigures.Slope([.. steady.Select(s => (s.Seconds / 3600, s.ResidentMegabytes))]);
        var anonymous = SoakFigures.Slope([.. steady.Select(s => (s.Seconds / 3600, s.AnonymousMegabytes))]);
        var objects = SoakFigures.Slope([.. steady.Where(s => double.IsFinite(s.HeapMegabytes)).Select(s => (s.Seconds / 3600, s.HeapMegabytes))]);
        var filesGrown = steady.TakeLast(third).Max(s => s.Files) - steady.Take(third).Max(s => s.Files);
        var threadsGrown = steady.TakeLast(third).Max(s => s.Threads) - steady.Take(third).Max(s => s.Threads);
        var times = box.Stored.Select(s => s.Milliseconds).ToList();
        times = times[(int)(times.Count * warm / length.TotalSeconds)..];
        var (first, last) = (SoakFigures.Quantile(times.Take(times.Count / 3), 0.99), SoakFigures.Quantile(times.TakeLast(times.Count / 3), 0.99));

        // A machine that others load more towards the end makes the times longer without any fault of the box: then more is let pass, and the loads are printed.
        var (loadFirst, loadLast) = (steady.Take(third).Average(s => s.Load), steady.TakeLast(third).Average(s => s.Load));
        var drift = last / first;
        return line
            .Holds("rssMegabytesPerHour", Round(resident), resident <= limit).Holds("anonymousMegabytesPerHour", Round(anonymous), anonymous <= limit)
            .Holds("objectsMegabytesPerHour", Round(objects), objects <= limit).Figure("objectsMegabytes", Round(steady[^1].HeapMegabytes))
            .Figure("rssMegabytes", Round(steady[^1].ResidentMegabytes)).Figure("rssLargestMegabytes", Round(samples.Max(s => s.ResidentMegabytes)))
            .Figure("files", steady[^1].Files).Holds("filesGrown", filesGrown, filesGrown <= FileRoom).Figure("threads", steady[^1].Threads).Holds("threadsGrown", threadsGrown, threadsGrown <= FileRoom)
            .Figure("p50Milliseconds", Round(SoakFigures.Quantile(times, 0.5))).Figure("p99Milliseconds", Round(SoakFigures.Quantile(times, 0.99)))
            .Holds("p99Drift", Math.Round(drift, 2), drift <= LargestDrift * Math.Max(1, loadLast / loadFirst)).Figure("loadFirst", Round(loadFirst)).Figure("loadLast", Round(loadLast))
            .Holds("logLargestMegabytes", Round(largestLogBytes / 1e6), largestLogBytes / 1e6 <= LogCeilingMegabytes);
    }

    private static double Round(double value) => Math.Round(value, 1);
}
