using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;

namespace HsiEdge.Devices.Scene;

/// <summary>
/// The cables between a scene camera and a simulated board in another process (<see cref="Gpio.SimulatedWires"/>): a pulse on <c>cameraTrigger</c> triggers the camera,
/// the exposure shows on <c>exposureActive</c>, and the <c>sourceStep</c> lines choose the band where the plan's light is stepped by lines.
/// </summary>
public sealed class SceneWires : IAsyncDisposable
{
    private readonly SceneServer _server;
    private readonly GpioLight? _light;
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly Lock _sending = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private ulong _lines;
    private int _steps;

    private SceneWires(SceneServer server, GpioLight? light, Socket socket)
    {
        _server = server;
        _light = light;
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);

        // A camera that was killed in the middle of an exposure left the line active.
        Show(exposing: false);
        server.Exposing = Show;
        _running = Task.Run(ReceiveAsync);
    }

    /// <summary>Connects the cables.</summary>
    /// <param name="server">The camera; not disposed here.</param>
    /// <param name="plan">Whose light it is.</param>
    /// <param name="path">The board's socket.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="BadInputException">No board listens there.</exception>
    public static async Task<SceneWires> ConnectAsync(SceneServer server, ScanPlan plan, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new SceneWires(server, plan.Light as GpioLight, socket);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            socket.Dispose();
            throw new BadInputException($"No simulated board listens at {path}: {e.Message} Start the box with Board:SimulatedSocketPath set to this path.", e);
        }
    }

    /// <summary>Completes when the board has gone.</summary>
    public Task Closed => _running;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _server.Exposing = null;
        await _stop.CancelAsync();
        await _running;
        await _stream.DisposeAsync();
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ReceiveAsync()
    {
        try
        {
            using var reader = new StreamReader(_stream, Encoding.UTF8, leaveOpen: true);
            while (await reader.ReadLineAsync(_stop.Token) is { } line)
            {
                if (line.Split(' ') is [var name, "0" or "1", _] words)
                {
                    Follow(name, words[1] == "1");
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The board is gone, or the cables are pulled.
        }
    }

    /// <summary>On the camera's own thread and with the moment it happened: the edge is on its way before the frame is, and a board that reads it late knows when it was.</summary>
    private void Show(bool exposing)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"set exposureActive {(exposing ? 1 : 0)} {Stopwatch.GetTimestamp()}\n");
        try
        {
            lock (_sending)
            {
                _stream.Write(Encoding.UTF8.GetBytes(line));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The board is gone, or the cables are pulled.
        }
    }

    private void Follow(string name, bool active)
    {
        if (name == "cameraTrigger" && active)
        {
            _server.Trigger();
        }
        else if (_light is not null && name.StartsWith("sourceStep[", StringComparison.Ordinal))
        {
            FollowLight(name[11] - '0', active);
        }
    }

    private void FollowLight(int line, bool active)
    {
        _lines = active ? _lines | (1UL << line) : _lines & ~(1UL << line);
        switch (_light!.Coding)
        {
            case LightCoding.OneHot:
                // Two lines at once are no position: nothing lases that should.
                _server.SelectPosition(System.Numerics.BitOperations.PopCount(_lines) == 1 ? System.Numerics.BitOperations.TrailingZeroCount(_lines) : -1);
                break;
            case LightCoding.Binary:
                _server.SelectPosition((int)_lines - 1);
                break;
            default:
                _steps = line == 1 && active ? 0 : _steps + (line == 0 && active ? 1 : 0);
                _server.SelectPosition(_steps);
                break;
        }
    }
}
