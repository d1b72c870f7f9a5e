using System.Diagnostics;
using System.Globalization;

namespace HsiEdge.Proofs.Fuzz;

/// <summary>One target's cases, carried out by child processes: a new one goes on after the case that ended the last.</summary>
internal sealed class FuzzRun(string target, long cases, ulong seed, string scratch, string defectFolder)
{
    private const int LargestRestarts = 20;
    private static readonly TimeSpan CaseLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);
    private long _at;
    private long _caseMilliseconds;
    private long _heard;
    private TimeSpan _took;
    private bool _finished;

    /// <summary>Whose cases.</summary>
    public string Target => target;

    /// <summary>Cases carried out so far.</summary>
    public long At => Volatile.Read(ref _at);

    /// <summary>Cases that ended the process.</summary>
    public int Crashes { get; private set; }

    /// <summary>Cases that took longer than 15 s.</summary>
    public int Hangs { get; private set; }

    /// <summary>Cases that threw what nobody promised, or allocated too much.</summary>
    public int Unexpected { get; private set; }

    /// <summary>Each defect in a line.</summary>
    public List<string> Defects { get; } = [];

    /// <summary>Inputs taken as good.</summary>
    public long Read { get; private set; }

    /// <summary>Distinct answers.</summary>
    public long Answers { get; private set; }

    /// <summary>The answers with their number.</summary>
    public List<string> AnswerLines { get; } = [];

    /// <summary>Largest allocation of one case in bytes.</summary>
    public long LargestAllocation { get; private set; }

    /// <summary>Largest resident set of a child in MB.</summary>
    public double PeakMegabytes { get; private set; }

    /// <summary>The target's line.</summary>
    public string Summary => string.Create(CultureInfo.InvariantCulture,
        $"{target,-18} cases={At} read={Read} answers={Answers} crashes={Crashes} hangs={Hangs} unexpected={Unexpected} largestCaseMegabytes={LargestAllocation / 1e6:0.0} peakMegabytes={PeakMegabytes:0} seconds={_took.TotalSeconds:0}");

    /// <summary>Carries all out.</summary>
    public async Task RunAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        for (long first = 0; first < cases && Crashes + Hangs < LargestRestarts;)
        {
            first = await RunChildAsync(first);
        }

        _took = Stopwatch.GetElapsedTime(begun);
    }

    private async Task<long> RunChildAsync(long first)
    {
        var last = Path.Combine(scratch, target + ".last");
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["fuzz-child", target, seed.ToString(CultureInfo.InvariantCulture), Text(first), Text(cases), last, defectFolder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x60000000";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["ORT_DISABLE_TELEMETRY"] = "1";
        start.Environment["TMPDIR"] = scratch;
        var complaints = new Queue<string>();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) =>
        {
            lock (complaints)
            {
                complaints.Enqueue(line.Data ?? "");
                if (complaints.Count > 8)
                {
                    complaints.Dequeue();
                }
            }
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Volatile.Write(ref _heard, Stopwatch.GetTimestamp());
        var hung = await WatchAsync(process);
        if (_finished && process.ExitCode == 0)
        {
            return cases;
        }

        Hangs += hung ? 1 : 0;
        Crashes += hung ? 0 : 1;
        KeepLast(last, hung ? "hang" : "crash", $"ended with {process.ExitCode}: {string.Join(" | ", complaints)}");
        return At + 1;
    }

    private async Task<bool> WatchAsync(Process process)
    {
        var hung = false;
        while (!process.HasExited)
        {
            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(TimeSpan.FromMilliseconds(500)));
            if (!process.HasExited && (Volatile.Read(ref _caseMilliseconds) > CaseLimit.TotalMilliseconds || Stopwatch.GetElapsedTime(Volatile.Read(ref _heard)) > Silence))
            {
                hung = true;
                process.Kill(entireProcessTree: true);
            }
        }

        await process.WaitForExitAsync();
        return hung;
    }

    private void KeepLast(string last, string kind, string what)
    {
        Directory.CreateDirectory(defectFolder);
        var kept = "nothing kept";
        if (File.Exists(last) && File.ReadAllBytes(last) is { Length: >= sizeof(long) } bytes)
        {
            Volatile.Write(ref _at, BitConverter.ToInt64(bytes));
            kept = Path.Combine(defectFolder, FormattableString.Invariant($"{target}-{At}-{kind}.fuzz"));
            File.WriteAllBytes(kept, bytes[sizeof(long)..]);
        }

        Defects.Add($"{target}: {kind} at case {At} ({kept}): {what}");
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }

        Volatile.Write(ref _heard, Stopwatch.GetTimestamp());
        var words = line.Split(' ', 3);
        switch (words[0])
        {
            case "at" when !_finished:
                Volatile.Write(ref _at, Number(words[1]));
                Volatile.Write(ref _caseMilliseconds, Number(words[2]));
                break;
            case "defect":
                Unexpected++;
                Defects.Add($"{target}: case {words[1]}: {words[2]}");
                break;
            case "answer":
                AnswerLines.Add($"{words[1],8} {words[2]}");
                break;
            case "done":
                Finish(line.Split(' '));
                break;
        }
    }

    private void Finish(string[] words)
    {
        _finished = true;
        Volatile.Write(ref _at, cases);
        Read += Number(words[2]);
        Answers = Math.Max(Answers, Number(words[3]));
        LargestAllocation = Math.Max(LargestAllocation, Number(words[5]));
        PeakMegabytes = Math.Max(PeakMegabytes, Number(words[6]) * 1.024 / 1000);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
