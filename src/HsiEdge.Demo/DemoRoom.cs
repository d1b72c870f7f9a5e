using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using HsiEdge.Core;

namespace HsiEdge.Demo;

/// <summary>
/// The room around the box with <c>--camera gige</c>: the scene camera as a process of its own, the wires of the simulated board, and the person who covers the lens, shows
/// the white target and presses the footswitch.
/// </summary>
internal sealed class DemoRoom : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PressTime = TimeSpan.FromMilliseconds(60);
    private readonly Process _scene;
    private readonly TaskCompletionSource _serving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _complaints = [];
    private readonly string _socketPath;
    private Socket? _wires;

    private DemoRoom(Process scene, string socketPath)
    {
        _scene = scene;
        _socketPath = socketPath;
        scene.EnableRaisingEvents = true;
        scene.Exited += (_, _) => _serving.TrySetException(new BadInputException($"The scene camera ended: {string.Join(' ', Complaints())}"));
        scene.OutputDataReceived += (_, line) => Hear(line.Data);
        scene.ErrorDataReceived += (_, line) => Complain(line.Data);
        scene.Start();
        scene.BeginOutputReadLine();
        scene.BeginErrorReadLine();
    }

    /// <summary>Sets the scene camera going; it connects to the board as soon as the box offers its wires.</summary>
    /// <param name="planPath">The plan whose bands it shows.</param>
    /// <param name="serial">Its serial number.</param>
    /// <param name="socketPath">Where the simulated board will offer its wires.</param>
    public static DemoRoom Start(string planPath, string serial, string socketPath)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path.");
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(DemoRoom).Assembly.Location);
        }

        foreach (var argument in new[] { "scene", "--serial", serial, "--plan", planPath, "--board-socket", socketPath })
        {
            start.ArgumentList.Add(argument);
        }

        return new DemoRoom(new Process { StartInfo = start }, socketPath);
    }

    /// <summary>Waits until the camera serves and takes the other end of the board's wires.</summary>
    /// <exception cref="BadInputException">The camera cannot serve; the message says why.</exception>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        await _serving.Task.WaitAsync(StartPatience, cancellationToken);
        _wires = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await _wires.ConnectAsync(new UnixDomainSocketEndPoint(_socketPath), cancellationToken);
    }

    /// <summary>Puts something before the camera: "tissue", "white" or "covered".</summary>
    public Task ShowAsync(string view) => TellAsync($"view {view}");

    /// <summary>Turns the view to a pose of the script and presses the footswitch.</summary>
    /// <param name="pose">Number of the pose from 0.</param>
    /// <param name="cancellationToken">Lets go at once.</param>
    public async Task PressAsync(long pose, CancellationToken cancellationToken)
    {
        await TellAsync(FormattableString.Invariant($"pose {pose}"));
        await WireAsync("set footswitch 1\n", cancellationToken);
        try
        {
            await Task.Delay(PressTime, cancellationToken);
        }
        finally
        {
            await WireAsync("set footswitch 0\n", CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _wires?.Dispose();
        if (!_scene.HasExited)
        {
            _scene.StandardInput.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            try
            {
                await _scene.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _scene.Kill();
            }
        }

        _scene.Dispose();
    }

    private async Task TellAsync(string command)
    {
        await _scene.StandardInput.WriteLineAsync(command);
        await _scene.StandardInput.FlushAsync();
    }

    private async Task WireAsync(string line, CancellationToken cancellationToken) =>
        await _wires!.SendAsync(Encoding.UTF8.GetBytes(line), cancellationToken);

    private void Hear(string? line)
    {
        if (line?.StartsWith("serving ", StringComparison.Ordinal) == true)
        {
            _serving.TrySetResult();
        }
    }

    private void Complain(string? line)
    {
        if (line is not null)
        {
            lock (_complaints)
            {
                _complaints.Add(line);
            }
        }
    }

    private List<string> Complaints()
    {
        lock (_complaints)
        {
            return [.. _complaints];
        }
    }
}
