using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
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
    private readonly Channel<string> _outgoing = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
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
        server.Exposing = active => _outgoing.Writer.TryWrite($"set exposureActive {(active ? 1 : 0)}\n");
        _running = Task.WhenAll(Task.Run(ReceiveAsync), Task.Run(SendAsync));
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

        _outgoing.Writer.TryComplete();
    }

    private async Task SendAsync()
    {
        try
        {
            await foreach (var line in _outgoing.Reader.ReadAllAsync(_stop.Token))
            {
                await _stream.WriteAsync(Encoding.UTF8.GetBytes(line), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
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
