using System.Globalization;

namespace HsiEdge.Proofs.Soak;

/// <summary>Figures of a process at one moment, from <c>/proc/PID</c>.</summary>
/// <param name="Seconds">Since the start of the soak.</param>
/// <param name="ResidentMegabytes">Resident set in MB.</param>
/// <param name="AnonymousMegabytes">Its private part that no file backs, in MB: managed heap, native heaps, stacks.</param>
/// <param name="HeapMegabytes">What objects on the managed heap took after the last collection, in MB; NaN when not known.</param>
/// <param name="Files">Open file descriptors.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Load">Load of the whole machine over the last minute.</param>
internal sealed record ProcSample(double Seconds, double ResidentMegabytes, double AnonymousMegabytes, double HeapMegabytes, int Files, int Threads, double Load)
{
    private const int SignalHangUp = 1;

    /// <summary>Reads them now; null when the process is gone.</summary>
    public static ProcSample? Read(int process, double seconds, double heapMegabytes)
    {
        try
        {
            var status = ReadStatus(process);
            return new ProcSample(
                seconds, Kilobytes(status, "VmRSS") / 1000, Kilobytes(status, "RssAnon") / 1000, heapMegabytes,
                Directory.GetFiles(FormattableString.Invariant($"/proc/{process}/fd")).Length,
                int.Parse(status["Threads"], CultureInfo.InvariantCulture),
                double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether the process takes SIGHUP: without a handler the signal would end it.</summary>
    public static bool TakesHangUp(int process) =>
        (ulong.Parse(ReadStatus(process)["SigCgt"], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (SignalHangUp - 1))) != 0;

    private static Dictionary<string, string> ReadStatus(int process) => File.ReadAllLines(FormattableString.Invariant($"/proc/{process}/status"))
        .Select(l => l.Split(':', 2)).ToDictionary(p => p[0], p => p[1].Trim(), StringComparer.Ordinal);

    private static double Kilobytes(Dictionary<string, string> status, string key) => 1.024 * double.Parse(status[key].Split(' ')[0], CultureInfo.InvariantCulture);
}
