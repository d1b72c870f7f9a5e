using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace HsiEdge.IntegrationTests.Watch;

/// <summary>A collector that takes OTLP over HTTP on loopback and keeps what it got; or takes nothing.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private readonly ConcurrentQueue<(string Path, string ContentType, string ApiKey, byte[] Body)> _requests = new();

    private Collector(int port)
    {
        Port = port;
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port { get; }

    /// <summary>The status that it answers with.</summary>
    public int Status { get; set; } = 200;

    public IReadOnlyList<(string Path, string ContentType, string ApiKey, byte[] Body)> Requests => [.. _requests];

    public static Collector Start(int? port = null) => new(port ?? FreePort());

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until something about the requests is so.</summary>
    public async Task WaitAsync(Func<IReadOnlyList<(string Path, string ContentType, string ApiKey, byte[] Body)>, bool> isSo, string what, int seconds = 60)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!isSo(Requests))
        {
            try
            {
                await Task.Delay(50, patience.Token);
            }
            catch (OperationCanceledException cause)
            {
                throw new TimeoutException($"Not within {seconds} s: {what}; {Requests.Count} requests came.", cause);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                _requests.Enqueue((context.Request.Url!.AbsolutePath, context.Request.ContentType ?? "", context.Request.Headers["api-key"] ?? "", body.ToArray()));
                context.Response.StatusCode = Status;
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
