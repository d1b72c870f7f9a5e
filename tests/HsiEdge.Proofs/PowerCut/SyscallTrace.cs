using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using HsiEdge.Testing;

namespace HsiEdge.Proofs.PowerCut;

/// <summary>
/// What the kernel was really asked to do with the store's files, seen by strace in a process under load: that the recorded operations are all of
/// it, and that nothing is acknowledged before its sync.
/// </summary>
/// <param name="Syscalls">Changes of the store's files seen.</param>
/// <param name="Unrecorded">Changes that one side saw and the other did not, or in another order.</param>
/// <param name="Early">Acknowledgements with a write to the log, the mark apart, that was not synced yet.</param>
internal sealed partial record SyscallTrace(int Syscalls, int Unrecorded, int Early)
{
    /// <summary>Name of the verb that runs the load within the traced process.</summary>
    public const string Verb = "power-cut-load";

    private const int Steps = 40;
    private const string AcknowledgementFile = "acknowledged";

    /// <summary>Runs a load under strace and compares.</summary>
    public static async Task<SyscallTrace> CompareAsync(int seed)
    {
        using var folder = new TemporaryFolder();
        var (data, journal, trace) = (folder.File("data"), folder.File("journal"), folder.File("trace"));
        var start = new ProcessStartInfo("strace")
        {
            ArgumentList =
            {
                "-f", "-y", "-s", "0", "-o", trace,
                "-e", "trace=write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,fsync,fdatasync,sync_file_range,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mmap",
                Environment.ProcessPath!, Verb, data, journal, folder.File(AcknowledgementFile), seed.ToString(CultureInfo.InvariantCulture),
            },
        };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? Compare(await File.ReadAllLinesAsync(journal), Join(await File.ReadAllLinesAsync(trace)), data)
            : throw new InvalidOperationException($"strace ended with {process.ExitCode}; install the Debian package strace, and allow ptrace.");
    }

    /// <summary>The load, in the traced process: FOLDER JOURNAL ACKNOWLEDGED SEED.</summary>
    public static async Task<int> RunLoadAsync(IReadOnlyList<string> arguments)
    {
        await using var acknowledged = new FileStream(arguments[2], FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var load = new PowerCutLoad(arguments[0], int.Parse(arguments[3], CultureInfo.InvariantCulture), name => acknowledged.WriteByte((byte)name[0]));
        await load.RunAsync(Steps);
        await File.WriteAllLinesAsync(arguments[1], load.Disk.Operations.Where(o => o.Kind != DiskOperationKind.Create).Select(Describe));
        return 0;
    }

    private static string Describe(DiskOperation operation)
    {
        var name = Path.GetFileName(operation.Path);
        return operation.Kind switch
        {
            DiskOperationKind.Write => $"write {name} {operation.Offset} {operation.Bytes.Length}",
            DiskOperationKind.SetLength => $"length {name} {operation.Offset}",
            DiskOperationKind.Sync or DiskOperationKind.SyncFolder => $"sync {name}",
            DiskOperationKind.Move => $"move {name} {Path.GetFileName(operation.To)}",
            _ => $"delete {name}",
        };
    }

    private static SyscallTrace Compare(string[] journal, IReadOnlyList<string> calls, string data)
    {
        var seen = new List<string>();
        var early = 0;
        var unsynced = false;
        foreach (var call in calls)
        {
            if (call.Contains($"/{AcknowledgementFile}>", StringComparison.Ordinal))
            {
                early += unsynced ? 1 : 0;
                continue;
            }

            if (Translate(call, data) is not { } operation)
            {
                continue;
            }

            seen.Add(operation);
            if (operation.StartsWith("write results.wal ", StringComparison.Ordinal) && !operation.EndsWith($" {Delivery.Record.LogFormat.MarkOffset} {Delivery.Record.LogFormat.MarkBytes}", StringComparison.Ordinal))
            {
                unsynced = true;
            }
            else if (operation == "sync results.wal")
            {
                unsynced = false;
            }
        }

        var differing = Enumerable.Range(0, Math.Max(journal.Length, seen.Count))
            .Where(i => i >= journal.Length || i >= seen.Count || journal[i] != seen[i]).ToList();
        foreach (var i in differing.Take(5))
        {
            Console.WriteLine($"power-cut: operation {i}: recorded '{journal.ElementAtOrDefault(i)}', the kernel saw '{seen.ElementAtOrDefault(i)}'");
        }

        return new SyscallTrace(seen.Count, differing.Count, early);
    }

    // The dumps that the load takes are made of copies elsewhere; only the store's own folder counts, and in it not the locks.
    private static string? Translate(string call, string data)
    {
        var match = CallPattern().Match(call);
        if (!match.Success)
        {
            return null;
        }

        var (name, path, rest) = (match.Groups["call"].Value, match.Groups["path"].Value, match.Groups["rest"].Value);
        if (path == data)
        {
            return name == "fsync" ? $"sync {Path.GetFileName(data)}" : null;
        }

        if (path == Path.GetDirectoryName(data) && name == "fsync")
        {
            return $"sync {Path.GetFileName(path)}";
        }

        if (!path.StartsWith(data + "/", StringComparison.Ordinal) || path.EndsWith(".lock", StringComparison.Ordinal))
        {
            return null;
        }

        var file = Path.GetFileName(path);
        var numbers = NumberPattern().Matches(rest).Select(m => m.Value).ToList();
        return name switch
        {
            "pwrite64" => $"write {file} {numbers[1]} {numbers[0]}",
            "ftruncate" => $"length {file} {numbers[0]}",
            "fsync" => $"sync {file}",
            "rename" => $"move {file} {Path.GetFileName(QuotedPattern().Match(rest).Groups["path"].Value)}",
            "unlink" => $"delete {file}",
            "mmap" when !rest.Contains("PROT_WRITE", StringComparison.Ordinal) => null,
            _ => $"{name} {file}",
        };
    }

    // strace splits a call during which another thread's was seen: 'call(... <unfinished ...>' and '<... call resumed>...'.
    private static List<string> Join(IEnumerable<string> lines)
    {
        var joined = new List<string>();
        var open = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            var thread = line[..line.IndexOf(' ', StringComparison.Ordinal)];
            var text = line[thread.Length..].TrimStart();
            if (text.StartsWith("<... ", StringComparison.Ordinal) && open.Remove(thread, out var begun))
            {
                joined[begun] += text[(text.IndexOf("resumed>", StringComparison.Ordinal) + 8)..];
                continue;
            }

            if (text.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                open[thread] = joined.Count;
                text = text[..^"<unfinished ...>".Length];
            }

            joined.Add(text);
        }

        return joined;
    }

    [GeneratedRegex("""^(?<call>\w+)\((?:\d+<(?<path>[^>]*)>|"(?<path>[^"]*)"\.*)(?<rest>.*)$""", RegexOptions.ExplicitCapture)]
    private static partial Regex CallPattern();

    [GeneratedRegex("""(?<![\w"./-])\d+""")]
    private static partial Regex NumberPattern();

    [GeneratedRegex("\"(?<path>[^\"]*)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex QuotedPattern();
}
