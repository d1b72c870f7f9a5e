using System.Net.Sockets;
using System.Text;
using HsiEdge.Devices.Gpio;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>Lines on the socket of the simulated board. After each input the board has to obey a good line at once.</summary>
internal sealed class BoardSocketTarget : IFuzzTarget
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"w{Environment.ProcessId}");
    private readonly SimulatedBoard _board;
    private readonly SimulatedWires _wires;
    private Socket? _socket;
    private StreamReader? _reader;
    private long _count;

    private BoardSocketTarget()
    {
        _board = new SimulatedBoard(BoardProfileFile.Read(ProductFiles.Path("firmware-config", "boards", "simulated.json")));
        _wires = SimulatedWires.Listen(_board, _path, NullLogger.Instance);
    }

    public IReadOnlyList<PartKind> Kinds { get; } = [PartKind.Text];

    public IReadOnlyList<string> Words { get; } = ["set", "footswitch", "interlock", "readyLamp", "0", "1", "error", "\n", " ", "123456789", "-1", "99999999999999999999"];

    /// <summary>Makes one.</summary>
    public static Task<IFuzzTarget> MakeAsync() => Task.FromResult<IFuzzTarget>(new BoardSocketTarget());

    public IEnumerable<FuzzInput> Seeds() => [new("set footswitch 1\nset footswitch 0\n"u8.ToArray()), new("set interlock 0 123456789\nset interlock 1\n"u8.ToArray()), new("set nothing 1\n"u8.ToArray())];

    public async ValueTask<string> RunAsync(FuzzInput input)
    {
        if (_socket is null || _count++ % 500 == 0)
        {
            Close();
            _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await _socket.ConnectAsync(new UnixDomainSocketEndPoint(_path));
            _reader = new StreamReader(new NetworkStream(_socket));
        }

        // What the input says is answered or not; the mark that follows has to be.
        var mark = FormattableString.Invariant($"mark{_count}");
        var answer = ReadToAsync(mark);
        await _socket.SendAsync(Encoding.UTF8.GetBytes("\n" + mark + "\n") is var end ? (byte[])[.. input.Parts[0], .. end] : []);
        return "read " + await answer;
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        await _wires.DisposeAsync();
        await _board.DisposeAsync();
    }

    private async Task<string> ReadToAsync(string mark)
    {
        var first = "";
        while (await _reader!.ReadLineAsync() is { } line)
        {
            if (line.StartsWith($"error '{mark}'", StringComparison.Ordinal))
            {
                return first;
            }

            first = first.Length == 0 ? line : first;
        }

        throw new InvalidDataException("The board closed the connection.");
    }

    private void Close()
    {
        _reader?.Dispose();
        _socket?.Dispose();
    }
}
