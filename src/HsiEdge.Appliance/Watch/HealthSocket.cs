using System.Net.Sockets;
using System.Text.Json;
using HsiEdge.Core;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Watch;

/// <summary>
/// Tells how the box is to whoever connects to a socket in the data folder, as one line of JSON: for <c>hsiedge health</c> and so for containers without a
/// browser. No network reaches it, and only the service's user and group do; so it is always there.
/// </summary>
/// <param name="path">The socket's path.</param>
/// <param name="truth">What it tells.</param>
/// <param name="time">Source of the time.</param>
/// <param name="log">Log.</param>
internal sealed class HealthSocket(string path, HealthTruth truth, TimeProvider time, ILogger log)
{
    private const int LongestPath = 107;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Where it lies.</summary>
    /// <param name="dataFolder">The data folder.</param>
    public static string PathIn(string dataFolder) => Path.Combine(Path.GetFullPath(dataFolder), "health.socket");

    /// <summary>Asks the worker that runs on a data folder.</summary>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The report as JSON.</returns>
    /// <exception cref="SocketException">No worker runs there, or it does not answer.</exception>
    /// <exception cref="OperationCanceledException">Stopped waiting.</exception>
    public static async Task<string> AskAsync(string dataFolder, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(PathIn(dataFolder)), cancellationToken);
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    /// <summary>Tells until stopped.</summary>
    /// <param name="stopping">Stops it.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            if (TryListen() is { } listener)
            {
                using (listener)
                {
                    await ServeAsync(listener, stopping);
                }
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, time, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
            File.Delete(path);
        }
    }

    private Socket? TryListen()
    {
        if (path.Length > LongestPath)
        {
            WatchLog.NotServing(log, $"'hsiedge health' will find nobody: the path {path} is longer than a socket's may be, {LongestPath} characters. Choose a shorter Store:DataFolder");
            return null;
        }

        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // The store's lock is held: a socket that lies there is one of a worker that is gone.
            File.Delete(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            listener.Listen();
            return listener;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            listener.Dispose();
            WatchLog.NotServing(log, $"'hsiedge health' will find nobody: {path} cannot be made: {e.Message}");
            return null;
        }
    }

    private async Task ServeAsync(Socket listener, CancellationToken stopping)
    {
        while (true)
        {
            using var client = await listener.AcceptAsync(stopping);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            patience.CancelAfter(Patience);
            try
            {
                await using var stream = new NetworkStream(client);
                await stream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(truth.Read(), HsiEdgeJson.Compact), patience.Token);
            }
            catch (Exception e) when (e is IOException or SocketException || (e is OperationCanceledException && !stopping.IsCancellationRequested))
            {
                // Whoever asked is gone.
            }
        }
    }
}
