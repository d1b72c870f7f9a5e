using System.Net.Sockets;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Trigger;

public sealed class SimulatedBoardTests
{
    private static readonly BoardDescription Description =
        BoardProfileFile.Read(Path.Combine(SharedData.RepositoryRoot, "firmware-config", "boards", "simulated.json"));

    private static BoardProfile Profile => Description.Profile;

    [Fact]
    public async Task Edges_are_logical_numbered_and_stamped_in_order()
    {
        await using var board = new SimulatedBoard(Description);
        var footswitch = Profile.Find(PinRole.Footswitch)!;
        await using var watch = board.Watch([footswitch]);
        Assert.False(watch.Read(footswitch));
        board.Drive(footswitch, true);
        board.Drive(footswitch, true);
        board.Drive(footswitch, false);
        var (press, release) = (await NextAsync(watch), await NextAsync(watch));
        Assert.Equal((true, 1u, 0L), (press.Active, press.LineSequence, press.LostBefore));
        Assert.Equal((false, 2u, 0L), (release.Active, release.LineSequence, release.LostBefore));
        Assert.True(release.TimestampNanoseconds >= press.TimestampNanoseconds);
        Assert.False(watch.Edges.TryRead(out _));
    }

    [Fact]
    public async Task Lost_edges_show_in_the_next_one()
    {
        await using var board = new SimulatedBoard(Description);
        var footswitch = Profile.Find(PinRole.Footswitch)!;
        await using var watch = board.Watch([footswitch]);
        board.LoseEdges(footswitch, 3);
        foreach (var active in new[] { true, false, true, false })
        {
            board.Drive(footswitch, active);
        }

        var edge = await NextAsync(watch);
        Assert.Equal((false, 4u, 3L), (edge.Active, edge.LineSequence, edge.LostBefore));
    }

    [Fact]
    public async Task The_interlock_begins_closed_and_outputs_begin_and_end_inactive()
    {
        var changes = new List<PinChange>();
        var board = new SimulatedBoard(Description);
        await using (board)
        {
            Assert.True(board.Read(Profile.Find(PinRole.Interlock)!));
            Assert.All(Profile.Lines.Where(l => l.IsOutput), l => Assert.False(board.Read(l)));
            board.Observe(changes.Add);
            board.Output(Profile.Find(PinRole.CameraTrigger)!).Set(true);
            board.Output(Profile.All(PinRole.SourceStep)[2]).Set(true);
        }

        Assert.Equal(
            [("cameraTrigger", true), ("sourceStep[2]", true), ("cameraTrigger", false), ("sourceStep[2]", false)],
            changes.Select(c => (c.Line.Name, c.Active)));
    }

    [Fact]
    public async Task A_line_has_one_watcher_and_an_output_none()
    {
        await using var board = new SimulatedBoard(Description);
        var footswitch = Profile.Find(PinRole.Footswitch)!;
        await using (board.Watch([footswitch]))
        {
            Assert.Contains("footswitch", Assert.Throws<PinFaultException>(() => board.Watch([footswitch])).Message, StringComparison.Ordinal);
        }

        await using var again = board.Watch([footswitch]);
        Assert.Contains("cameraTrigger", Assert.Throws<PinFaultException>(() => board.Watch([Profile.Find(PinRole.CameraTrigger)!])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_process_plays_the_wires_over_the_socket()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "wires");
        await using var board = BoardPins.Open(Description, path, NullLoggerFactory.Instance);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        await using var writer = new StreamWriter(stream) { AutoFlush = true };
        for (var line = 0; line < Profile.Lines.Count; line++)
        {
            Assert.NotNull(await reader.ReadLineAsync());
        }

        await using var watch = board.Watch([Profile.Find(PinRole.Footswitch)!]);
        await writer.WriteLineAsync("set footswitch 1");
        Assert.True((await NextAsync(watch)).Active);
        Assert.StartsWith("footswitch 1 ", await reader.ReadLineAsync(), StringComparison.Ordinal);
        board.Output(Profile.Find(PinRole.ReadyLamp)!).Set(true);
        Assert.StartsWith("readyLamp 1 ", await reader.ReadLineAsync(), StringComparison.Ordinal);
        await writer.WriteLineAsync("set footswitch 0 123456");
        Assert.Equal("footswitch 0 123456", await reader.ReadLineAsync());
        await writer.WriteLineAsync("set footswitch 1 soon");
        Assert.Equal("error 'set footswitch 1 soon' is not understood; expected: set NAME 0|1 [NANOSECONDS]", await reader.ReadLineAsync());
        await writer.WriteLineAsync("set readyLamp 0");
        Assert.Contains("'readyLamp' is no input", await reader.ReadLineAsync(), StringComparison.Ordinal);
        await writer.WriteLineAsync("press it");
        Assert.Contains("expected: set NAME 0|1", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    private static async Task<PinEdge> NextAsync(IEdgeWatch watch)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await watch.Edges.ReadAsync(limit.Token);
    }
}
