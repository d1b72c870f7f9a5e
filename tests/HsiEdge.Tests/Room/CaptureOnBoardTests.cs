using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Hosting;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Room;

/// <summary>Captures and the board under them: the production operation with its phantom camera and its model on a simulated board, in real time.</summary>
public sealed class CaptureOnBoardTests : IAsyncLifetime
{
    private static readonly string ProfilePath = Path.Combine(SharedData.RepositoryRoot, "firmware-config", "boards", "simulated.json");
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly PipelineMetrics _metrics = new();
    private readonly HealthBoard _health = new(TimeProvider.System);
    private readonly UlidGenerator _ids = new(TimeProvider.System);
    private readonly FakeResultStore _store = new();
    private readonly TriggerDesk _desk;
    private CaseBook _book = null!;
    private BoxAudit _audit = null!;
    private SimulatedBoard _board = null!;
    private Task _running = Task.CompletedTask;

    public CaptureOnBoardTests() => _desk = new TriggerDesk(TimeProvider.System, _metrics, NullLogger<TriggerDesk>.Instance);

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_folder.File("machine.json"), "{}");
        var configuration = ApplianceConfiguration.Load(
            [
                "--config", _folder.File("machine.json"), "--Store:DataFolder", _folder.File("data"), "--Board:ProfilePath", ProfilePath, "--Camera:FramePeriodMilliseconds", "10",
                "--Model:BundlePath", Path.Combine(SharedData.RepositoryRoot, "firmware-config", "models", "gastric-phantom.hsimodel"),
            ],
            new Dictionary<string, string>(), _folder.Path);
        configuration.ThrowIfFaulty();
        var composer = new MessageComposer(new ApplianceIdentity("site", "cart", "1.0.0", _ids.Next()), _ids, TimeProvider.System);
        _book = await CaseBook.OpenAsync(
            new InterpretOptions(), _store, composer, _ids, TimeProvider.System, _metrics, NullLogger<CaseBook>.Instance, CancellationToken.None);
        var board = new BoardOperation(configuration.Board, Open, _desk, () => _book.OpenAlerts, _health, TimeProvider.System, NullLoggerFactory.Instance);
        _audit = new BoxAudit(_folder.File("data"), _ids.Next(), _desk, _health, TimeProvider.System, NullLoggerFactory.Instance);
        var audited = new AuditedBox(_audit, _folder.File("data"), "1.0.0");
        await audited.StartedAsync(configuration, CancellationToken.None);
        var captures = new CaptureOperation(
            configuration, ApplianceRun.Service, board, _desk, _book, audited, _health, _ids, _metrics, TimeProvider.System, NullLoggerFactory.Instance);
        _running = RunAsync(board, captures);
        await UntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(20));
        _book.Dispose();
        _audit.Dispose();
        await _store.DisposeAsync();
        _metrics.Dispose();
        _stopping.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_board_that_goes_away_in_mid_capture_costs_that_capture_and_captures_go_on_with_the_next_board()
    {
        var first = _board;
        var receipt = _desk.Post(TriggerCause.Command);
        Assert.True(receipt.Accepted, receipt.RefusalReason);
        await Task.Delay(100);
        first.Unplug("the cable is out");
        var outcome = await receipt.Completion.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(TriggerVerdict.Missed, outcome.Verdict);
        Assert.Contains("the cable is out", outcome.Reason, StringComparison.Ordinal);

        await UntilReadyAsync();
        Assert.NotSame(first, _board);
        var next = await _desk.Post(TriggerCause.Command).Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(next.Verdict == TriggerVerdict.Captured, next.Reason);
        Assert.Equal((2, 1, 1), (_desk.Totals.Posted, _desk.Totals.Captured, _desk.Totals.Missed));
    }

    [Fact]
    public async Task While_references_are_taken_an_open_interlock_stops_them_until_it_is_closed()
    {
        // The first references were taken at the start; a camera set up again without any takes them anew.
        Directory.Delete(_folder.File("data", "calibration"), recursive: true);
        var first = _board;
        _interlockAtOpening = false;
        first.Unplug("the cable is out");
        await UntilAsync(() => !ReferenceEquals(first, _board));
        await Task.Delay(500);
        Assert.False(Directory.Exists(_folder.File("data", "calibration")));
        Assert.False(_desk.State.Ready);
        _board.Drive(PinRole.Interlock, active: true);
        await UntilReadyAsync();
        Assert.True(Directory.Exists(_folder.File("data", "calibration")));
    }

    private bool _interlockAtOpening = true;

    /// <summary>As the composition does: captures end before the board closes.</summary>
    private async Task RunAsync(BoardOperation board, CaptureOperation captures)
    {
        using var stopBoard = new CancellationTokenSource();
        var boardRunning = board.RunAsync(stopBoard.Token);
        await captures.RunAsync(_stopping.Token);
        await stopBoard.CancelAsync();
        await boardRunning;
    }

    private BoardDevices Open(BoardOptions options)
    {
        var board = new SimulatedBoard(BoardProfileFile.Read(options.ProfilePath));
        board.Drive(PinRole.Interlock, _interlockAtOpening);
        _board = board;
        return new BoardDevices(board, new PulseThread(new PulseThreadOptions(), NullLogger<PulseThread>.Instance));
    }

    private Task UntilReadyAsync() => UntilAsync(() => _desk.State.Ready);

    private async Task UntilAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 6000 && !isSo(); i++)
        {
            Assert.False(_running.IsCompleted, "The operation ended.");
            await Task.Delay(10);
        }

        Assert.True(isSo(), string.Join("; ", _health.Snapshot().Items.Select(i => $"{i.Component} {i.State} {i.Reason}")));
    }
}
