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

    /// <summary>Path of a program that lies beside the tests.</summary>
    /// <param name="name">Such as <c>hsiedge</c>.</param>
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, name);

    /// <summary>Starts a program that lies beside the tests.</summary>
    /// <param name="name">Such as <c>hsiedge</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables added to this process's own.</param>
    public static RunningProgram Start(string name, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(PathOf(name), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
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
    public async Task WaitForLineAsync(string text, int seconds = 60)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!Lines.Any(l => l.Contains(text, StringComparison.Ordinal)))
        {
            try
            {
                await _arrived.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException cause)
            {
                throw new TimeoutException($"No line with '{text}' within {seconds} s:\n{string.Join('\n', Lines)}", cause);
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
