using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using HsiEdge.Testing;

namespace HsiEdge.Proofs.Soak;

/// <summary>The appliance as a process, seen from outside: what its log says of each result, and its figures in <c>/proc</c>.</summary>
internal sealed partial class SoakBox : IAsyncDisposable
{
    private const int KeptLines = 40;
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<StoredResult> _stored = [];
    private readonly Queue<string> _last = new();
    private readonly SortedDictionary<string, int> _complaints = new(StringComparer.Ordinal);

    private SoakBox(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Triggers, captured, refused and missed as it said when it stopped; null before.</summary>
    public (long Triggers, long Captured, long Refused, long Missed)? Totals { get; private set; }

    /// <summary>Results whose durable record it has logged, in order.</summary>
    public IReadOnlyList<StoredResult> Stored
    {
        get
        {
            lock (_gate)
            {
                return [.. _stored];
            }
        }
    }

    /// <summary>Its last lines.</summary>
    public string Tail
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _last);
            }
        }
    }

    /// <summary>Warnings and errors by class and event id, with their number.</summary>
    public string Complaints
    {
        get
        {
            lock (_gate)
            {
                return string.Join(", ", _complaints.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} ×{c.Value}")));
            }
        }
    }

    /// <summary>Starts <c>hsiedge run</c> with a configuration.</summary>
    public static SoakBox Start(string configuration)
    {
        var start = new ProcessStartInfo(RunningProgram.PathOf("hsiedge"), ["run", "--config", configuration])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        return new SoakBox(new Process { StartInfo = start });
    }

    /// <summary>Sends a signal.</summary>
    public Task SignalAsync(string name) => ProgramRun.StartAsync("kill", ["-" + name, Id.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Waits for its end after a signal.</summary>
    /// <returns>Exit code.</returns>
    public async Task<int> WaitForEndAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            _last.Enqueue(line);
            if (_last.Count > KeptLines)
            {
                _last.Dequeue();
            }

            if (RecordedLine().Match(line) is { Success: true } recorded)
            {
                var milliseconds = Enumerable.Range(2, 4).Sum(i => double.Parse(recorded.Groups[i].Value, CultureInfo.InvariantCulture));
                _stored.Add(new StoredResult(recorded.Groups[1].Value, Stopwatch.GetTimestamp(), milliseconds));
            }
            else if (StoppedLine().Match(line) is { Success: true } stopped)
            {
                var n = Enumerable.Range(1, 4).Select(i => long.Parse(stopped.Groups[i].Value, CultureInfo.InvariantCulture)).ToArray();
                Totals = (n[0], n[1], n[2], n[3]);
            }
            else if (ComplaintLine().Match(line) is { Success: true } complaint)
            {
                var key = complaint.Groups[1].Value;
                _complaints[key] = _complaints.GetValueOrDefault(key) + 1;
            }
        }
    }

    [GeneratedRegex(@"Result (\w{26}) of trigger \d+ recorded: .*acquire ([\d.]+) ms, process ([\d.]+) ms, interpret ([\d.]+) ms, record ([\d.]+) ms")]
    private static partial Regex RecordedLine();

    [GeneratedRegex(@"Stopped: (\d+) triggers, (\d+) captured, (\d+) refused, (\d+) missed")]
    private static partial Regex StoppedLine();

    [GeneratedRegex(@" (?:warn|fail|crit): [\w.]*?(\w+\[\d+\])")]
    private static partial Regex ComplaintLine();
}

/// <summary>A result that the box has logged as durable.</summary>
/// <param name="Id">ULID.</param>
/// <param name="SeenAt">When the line was read: a timestamp of <see cref="Stopwatch"/>.</param>
/// <param name="Milliseconds">Trigger to stored, in ms.</param>
internal sealed record StoredResult(string Id, long SeenAt, double Milliseconds);
