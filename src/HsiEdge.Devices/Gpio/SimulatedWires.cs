using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using HsiEdge.Core;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.Gpio;

/// <summary>
/// The wires of a simulated board as a unix stream socket, so that another process plays the room. A client sends <c>set NAME 0|1</c> lines (NAME as
/// <see cref="PinLine.Name"/>, an input), followed by the nanoseconds on CLOCK_MONOTONIC at which it happened where the moment counts: the edge has that time, as a kernel
/// gives it, however late the line is read. Every client receives <c>NAME 0|1 NANOSECONDS</c> for each line at its start and at every change, and <c>error …</c> for a line
/// that cannot be understood. Anyone who may open the socket file may press the footswitch.
/// </summary>
public sealed class SimulatedWires : IAsyncDisposable
{
    private readonly SimulatedBoard _board;
    private readonly string _path;
    private readonly ILogger _log;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private SimulatedWires(SimulatedBoard board, string path, Socket listener, ILogger log)
    {
        _board = board;
        _path = path;
        _listener = listener;
        _log = log;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Listens.</summary>
    /// <param name="board">Whose wires; not disposed here.</param>
    /// <param name="path">Path of the socket; a file left there by a process that died is replaced.</param>
    /// <param name="log">Receives each client.</param>
    /// <exception cref="BadInputException">The socket cannot be made there.</exception>
    public static SimulatedWires Listen(SimulatedBoard board, string path, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(board);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(log);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            File.Delete(path);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen();
            return new SimulatedWires(board, path, listener, log);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            listener.Dispose();
            throw new BadInputException($"The simulated board cannot listen at {path}: {e.Message} Set Board:SimulatedSocketPath to a short path in a folder that may be written.", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
        File.Delete(_path);
    }

    private async Task AcceptAsync()
    {
        var clients = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(_stop.Token);
                GpioLog.WiresConnected(_log, _path);
                clients.RemoveAll(c => c.IsCompletedSuccessfully);
                clients.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }

        await Task.WhenAll(clients);
    }

    private async Task ServeAsync(Socket socket)
    {
        using var stop = new CancellationTokenSource();
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        var outgoing = Channel.CreateUnbounded<string>();
        using (_board.Observe(c => outgoing.Writer.TryWrite(Text(c.Line, c.Active, c.TimestampNanoseconds))))
        {
            foreach (var line in _board.Profile.Lines)
            {
                outgoing.Writer.TryWrite(Text(line, _board.Read(line), System.Diagnostics.Stopwatch.GetTimestamp()));
            }

            var sending = SendAsync(stream, outgoing.Reader, stop.Token);
            await ReceiveAsync(stream, outgoing.Writer, _stop.Token);

            // What the lines did last, going safe, is still told; a client that does not read is not waited for.
            outgoing.Writer.Complete();
            stop.CancelAfter(TimeSpan.FromSeconds(1));
            await sending;
        }
    }

    private async Task ReceiveAsync(Stream stream, ChannelWriter<string> answers, CancellationToken stop)
    {
        try
        {
            using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
            while (await reader.ReadLineAsync(stop) is { } command)
            {
                if (Obey(command) is { } complaint)
                {
                    answers.TryWrite("error " + complaint);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client or the board is gone.
        }
    }

    private string? Obey(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long? timestamp = words is [_, _, _, var text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : null;
        if (words is not ["set", _, "0" or "1", ..] || words.Length != (timestamp is null ? 3 : 4))
        {
            return $"'{command}' is not understood; expected: set NAME 0|1 [NANOSECONDS]";
        }

        var line = _board.Profile.Lines.FirstOrDefault(l => l.Name == words[1] && !l.IsOutput);
        if (line is null)
        {
            return $"'{words[1]}' is no input; inputs are {string.Join(", ", _board.Profile.Lines.Where(l => !l.IsOutput).Select(l => l.Name))}";
        }

        _board.Drive(line, words[2] == "1", timestamp);
        return null;
    }

    private static async Task SendAsync(Stream stream, ChannelReader<string> lines, CancellationToken stop)
    {
        try
        {
            await foreach (var line in lines.ReadAllAsync(stop))
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), stop);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client or the board is gone.
        }
    }

    private static string Text(PinLine line, bool active, long timestamp) =>
        string.Create(CultureInfo.InvariantCulture, $"{line.Name} {(active ? 1 : 0)} {timestamp}");
}
