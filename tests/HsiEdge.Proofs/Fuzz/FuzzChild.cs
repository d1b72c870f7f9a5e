using System.Diagnostics;
using System.Globalization;

namespace HsiEdge.Proofs.Fuzz;

/// <summary>
/// Runs the cases of one target in a process of its own: what ends that process, hangs it or fills its memory is seen by the parent, and the case lies on disk.
/// Says <c>at CASE MILLISECONDS</c> twice a second, <c>defect CASE TEXT</c> for each, and <c>done …</c> at the end.
/// </summary>
internal sealed class FuzzChild
{
    // The largest input is 1 MB, a bundle 64 MB at most; a reader that needs more than this for one of ours allocates by what a header promises.
    private const long LargestAllocationBytes = 256L << 20;
    private readonly string _name;
    private readonly string _lastPath;
    private readonly string _defectFolder;
    private long _case;
    private long _caseBegan;
    private long _largestAllocation;
    private int _defects;

    private FuzzChild(string name, string lastPath, string defectFolder) => (_name, _lastPath, _defectFolder) = (name, lastPath, defectFolder);

    /// <summary>Runs cases: <c>fuzz-child TARGET SEED FIRST END LAST-FILE DEFECT-FOLDER</c>.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var number = (int i) => long.Parse(arguments[i], CultureInfo.InvariantCulture);
        await using var target = await FuzzTargets.MakeAsync(arguments[0]);
        var engine = new FuzzEngine(target, (ulong)number(1), FuzzCorpus.Read(arguments[0], target.Kinds));
        return await new FuzzChild(arguments[0], arguments[4], arguments[5]).RunAsync(target, engine, number(2), number(3));
    }

    /// <summary>Runs one packed input that was kept: <c>fuzz-case TARGET FILE</c>; what it throws is thrown.</summary>
    public static async Task<int> RunCaseAsync(IReadOnlyList<string> arguments)
    {
        await using var target = await FuzzTargets.MakeAsync(arguments[0]);
        Console.WriteLine(await target.RunAsync(FuzzInput.Unpack(await File.ReadAllBytesAsync(arguments[1]))));
        return 0;
    }

    private async Task<int> RunAsync(IFuzzTarget target, FuzzEngine engine, long first, long end)
    {
        Volatile.Write(ref _case, first);
        Volatile.Write(ref _caseBegan, Stopwatch.GetTimestamp());
        await using var ticking = new Timer(_ => Say($"at {Volatile.Read(ref _case)} {Stopwatch.GetElapsedTime(Volatile.Read(ref _caseBegan)).TotalMilliseconds:0}"), null, 500, 500);
        using var last = File.OpenHandle(_lastPath, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        for (var n = first; n < end; n++)
        {
            var input = engine.Make(n);
            var packed = input.Pack();
            Put(last, n, packed);
            Volatile.Write(ref _case, n);
            Volatile.Write(ref _caseBegan, Stopwatch.GetTimestamp());
            if (await RunCaseAsync(target, input, n) is { } answer)
            {
                engine.Learn(input, answer);
            }
        }

        foreach (var (shape, count) in engine.Answers.Take(200))
        {
            Say($"answer {count} {shape}");
        }

        Say($"done {end - first} {engine.Read} {engine.Answers.Count()} {engine.Pool} {_largestAllocation} {PeakResidentKilobytes()}");
        return 0;
    }

    private static void Put(Microsoft.Win32.SafeHandles.SafeFileHandle last, long number, byte[] packed)
    {
        RandomAccess.Write(last, BitConverter.GetBytes(number), 0);
        RandomAccess.Write(last, packed, sizeof(long));
        RandomAccess.SetLength(last, sizeof(long) + packed.Length);
    }

    private async Task<string?> RunCaseAsync(IFuzzTarget target, FuzzInput input, long number)
    {
        var before = GC.GetTotalAllocatedBytes();
        try
        {
            var answer = await target.RunAsync(input);
            var allocated = GC.GetTotalAllocatedBytes() - before;
            _largestAllocation = Math.Max(_largestAllocation, allocated);
            if (allocated > LargestAllocationBytes)
            {
                Keep(input, number, FormattableString.Invariant($"{allocated >> 20} MiB allocated for {input.Parts.Sum(p => p.Length)} bytes of input: {answer}"));
            }

            return answer;
        }
#pragma warning disable CA1031 // Whatever it is, it is a defect, and the next case follows.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Keep(input, number, $"{e.GetType().Name}: {e.Message} {Place(e)}");
            return null;
        }
    }

    private void Keep(FuzzInput input, long number, string what)
    {
        if (_defects++ < 50)
        {
            Directory.CreateDirectory(_defectFolder);
            File.WriteAllBytes(Path.Combine(_defectFolder, FormattableString.Invariant($"{_name}-{number}.fuzz")), input.Pack());
        }

        Say($"defect {number} {what.ReplaceLineEndings(" ")}");
    }

    private static string Place(Exception e) =>
        string.Join(" < ", (e.StackTrace ?? "").Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith("at HsiEdge.", StringComparison.Ordinal) && !l.Contains("HsiEdge.Proofs", StringComparison.Ordinal)).Take(3)
            .Select(l => l.Split('(')[0]["at ".Length..]));

    private static void Say(FormattableString text) => Say(FormattableString.Invariant(text));

    private static void Say(string text)
    {
        lock (Console.Out)
        {
            Console.Out.WriteLine(text);
            Console.Out.Flush();
        }
    }

    private static long PeakResidentKilobytes() =>
        long.Parse(File.ReadAllLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
