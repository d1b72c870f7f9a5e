using System.Diagnostics;
using System.Globalization;

namespace HsiEdge.Testing;

/// <summary>A program of the product while it runs, as a person at the console has it: its lines, Ctrl-C, its exit code.</summary>
public sealed class RunningProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly SemaphoreSlim _arrived = new(0);

    private RunningProgram(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Lines of standard output and standard error so far, as they came.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Path of a program that lies beside the tests.</summary>
    /// <param name="name">Such as <c>hsiedge</c>.</param>
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, name);

    /// <summary>Starts a program that lies beside the tests.</summary>
    /// <param name="name">Such as <c>hsiedge</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables added to this process's own.</param>
    public static RunningProgram Start(string name, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        return StartAny(PathOf(name), arguments, environment);
    }

    /// <summary>Starts any program.</summary>
    /// <param name="program">Name on PATH or absolute path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables added to this process's own.</param>
    public static RunningProgram StartAny(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[key] = value;
        }

        return new RunningProgram(new Process { StartInfo = start });
    }

    /// <summary>Waits for a line.</summary>
    /// <param name="text">A part of it.</param>
    /// <param name="seconds">Patience.</param>
    /// <exception cref="TimeoutException">It did not come; the message has all lines that did.</exception>
    public Task WaitForLineAsync(string text, int seconds = 60) => WaitForLinesAsync(text, 1, seconds);

    /// <summary>Waits for a line to come so many times.</summary>
    /// <param name="text">A part of it.</param>
    /// <param name="count">How many.</param>
    /// <param name="seconds">Patience.</param>
    /// <exception cref="TimeoutException">It did not; the message has all lines that came.</exception>
    public async Task WaitForLinesAsync(string text, int count, int seconds = 60)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (Lines.Count(l => l.Contains(text, StringComparison.Ordinal)) < count)
        {
            try
            {
                await _arrived.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException cause)
            {
                throw new TimeoutException($"Not {count} lines with '{text}' within {seconds} s:\n{string.Join('\n', Lines)}", cause);
            }
        }
    }

    /// <summary>Types a line.</summary>
    /// <param name="line">Without its end.</param>
    public async Task TypeAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Kills it as a power cut does (SIGKILL).</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Its process.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Sends a signal that does not end it.</summary>
    /// <param name="signal">Such as HUP.</param>
    public Task SignalAsync(string signal) => ProgramRun.StartAsync("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>Sends a signal and waits for the end.</summary>
    /// <param name="signal">INT or TERM.</param>
    /// <returns>Exit code and the time it took.</returns>
    public async Task<(int ExitCode, TimeSpan Took)> StopAsync(string signal = "INT")
    {
        var begun = Stopwatch.GetTimestamp();
        await ProgramRun.StartAsync("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, Stopwatch.GetElapsedTime(begun));
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
        _arrived.Dispose();
    }

    private void Take(string? line)
    {
        if (line is not null)
        {
            lock (_lines)
            {
                _lines.Add(line);
            }

            _arrived.Release();
        }
    }
}
