using System.Net;
using System.Net.Sockets;

namespace HsiEdge.Testing;

/// <summary>Passes TCP connections on to a port of 127.0.0.1 and can break or freeze them: the network between cart and broker.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly int _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpClient> _open = [];
    private readonly Task _accepting;
    private volatile bool _frozen;
    private volatile bool _closed;
    private volatile int _bytesPerSecond;

    /// <summary>Starts a proxy on a free port.</summary>
    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Port to connect to.</summary>
    public int Port { get; }

    /// <summary>While true, bytes are swallowed in both directions and connections stay open: a cable pulled behind a switch.</summary>
    public bool Frozen
    {
        get => _frozen;
        set => _frozen = value;
    }

    /// <summary>While true, new connections are reset at once.</summary>
    public bool Closed
    {
        get => _closed;
        set => _closed = value;
    }

    /// <summary>Bytes that pass in a second in each direction of a connection; 0 is no limit.</summary>
    public int BytesPerSecond
    {
        get => _bytesPerSecond;
        set => _bytesPerSecond = value;
    }

    /// <summary>Resets all connections; new ones are accepted.</summary>
    public void Break()
    {
        lock (_open)
        {
            foreach (var client in _open)
            {
                client.Client?.Close(0);
                client.Dispose();
            }

            _open.Clear();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Break();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var copies = new List<Task>();
        try
        {
            while (true)
            {
                var inner = await _listener.AcceptTcpClientAsync(_stop.Token);
                if (await ReachAsync(inner) is not { } outer)
                {
                    continue;
                }

                lock (_open)
                {
                    _open.Add(inner);
                    _open.Add(outer);
                }

                copies.Add(CopyAsync(inner, outer));
                copies.Add(CopyAsync(outer, inner));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy stops.
        }

        await Task.WhenAll(copies);
    }

    private async Task<TcpClient?> ReachAsync(TcpClient inner)
    {
        var outer = new TcpClient();
        try
        {
            if (!_closed)
            {
                await outer.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                return outer;
            }
        }
        catch (SocketException)
        {
            // The target is away: the connection then ends.
        }

        inner.Client.Close(0);
        inner.Dispose();
        outer.Dispose();
        return null;
    }

    private async Task CopyAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await from.GetStream().ReadAsync(buffer)) > 0)
            {
                if (_bytesPerSecond is var rate and > 0)
                {
                    await Task.Delay(TimeSpan.FromSeconds((double)read / rate), _stop.Token);
                }

                if (!_frozen)
                {
                    await to.GetStream().WriteAsync(buffer.AsMemory(0, read));
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or SocketException or OperationCanceledException)
        {
            // Broken, as asked.
        }

        from.Dispose();
        to.Dispose();
    }
}
