using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace HsiEdge.Testing;

/// <summary>Plays the room of a running box with a simulated board: presses its footswitch, opens its lid, sees its lamps.</summary>
public sealed class RoomClient : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly StreamWriter _writer;
    private readonly List<(string Name, bool Active)> _changes = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Task _reading;

    private RoomClient(Socket socket)
    {
        _socket = socket;
        var stream = new NetworkStream(socket);
        _writer = new StreamWriter(stream) { AutoFlush = true };
        _reading = ReadAsync(new StreamReader(stream));
    }

    /// <summary>All changes of all lines so far, in order; the first of each is its level at the start.</summary>
    public IReadOnlyList<(string Name, bool Active)> Changes
    {
        get
        {
            lock (_changes)
            {
                return [.. _changes];
            }
        }
    }

    /// <summary>Connects as soon as the box offers its wires.</summary>
    public static async Task<RoomClient> ConnectAsync(string path, int seconds = 60)
    {
        for (var attempt = 0; ; attempt++)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
                return new RoomClient(socket);
            }
            catch (SocketException) when (attempt < seconds * 20)
            {
                socket.Dispose();
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Drives an input. It carries its moment: on a busy machine a press and its release are read at once, and would be a bounce.</summary>
    public Task SetAsync(string name, bool active) =>
        _writer.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"set {name} {(active ? 1 : 0)} {Stopwatch.GetTimestamp()}"));

    /// <summary>Presses the footswitch for a tenth of a second.</summary>
    public async Task PressAsync()
    {
        await SetAsync("footswitch", active: true);
        await Task.Delay(100);
        await SetAsync("footswitch", active: false);
    }

    /// <summary>Level of a line as last heard.</summary>
    public bool? LevelOf(string name)
    {
        var last = Changes.Where(c => c.Name == name).ToList();
        return last.Count == 0 ? null : last[^1].Active;
    }

    /// <summary>Waits until a line has a level.</summary>
    public Task WaitForAsync(string name, bool active, int seconds = 60) => WaitAsync(() => LevelOf(name) == active, $"{name} {active}", seconds);

    /// <summary>Waits for something about the changes.</summary>
    public async Task WaitAsync(Func<bool> isSo, string what, int seconds = 60)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!isSo())
        {
            try
            {
                await _arrived.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException cause)
            {
                throw new TimeoutException($"Not within {seconds} s: {what}. Changes: {string.Join(", ", Changes.Select(c => $"{c.Name} {c.Active}"))}", cause);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading;
        _arrived.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                var words = line.Split(' ');
                lock (_changes)
                {
                    _changes.Add((words[0], words[1] == "1"));
                }

                _arrived.Release();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The box or this client is gone.
        }
    }
}
