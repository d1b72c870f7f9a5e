using System.Text.Json;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Cli;

/// <summary><c>doctor --pins</c> and its hands: chips as the kernel's device lists them, lines on a fake board.</summary>
public sealed class PinsVerbTests : IDisposable
{
    private const string Profile = """
        {
          "name": "cart", "title": "Cart's board", "simulated": false,
          "lines": {
            "footswitch": { "chip": "main", "line": "PAC.06", "headerPin": 31, "activeLow": true },
            "cameraTrigger": { "chip": "main", "line": "PQ.05", "headerPin": 29 },
            "readyLamp": { "chip": "main", "line": "PN.01", "headerPin": 15 },
            "interlock": { "chip": "aon", "line": "PCC.00", "headerPin": 36 }
          }
        }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly KernelGpio _kernel = new();
    private readonly List<FakeBoardPins> _opened = [];
    private Func<PinLine, PinFaultException?> _refuse = _ => null;

    public PinsVerbTests()
    {
        _kernel.AddChip("main", "PAC.06", "PQ.05", "PN.01", "PH.00");
        _kernel.AddChip("aon", "PBB.00", "PCC.00");
        File.WriteAllText(_folder.File("board.json"), Profile);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pins_are_listed_with_who_uses_them_and_with_their_header_pins()
    {
        _kernel.Occupy("main", 0, "gpio-keys");
        var run = await RunAsync("--pins");
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Matches(@"main +/dev/gpiochip0 +@3 +PH\.00 +free", run.Out);
        Assert.Matches(@"footswitch +input +main +PAC\.06 +31 +low +in use by gpio-keys", run.Out);
        Assert.Matches(@"readyLamp +output +main +PN\.01 +15 +high +free", run.Out);
        Assert.Contains("Cart's board", run.Out, StringComparison.Ordinal);

        var json = (await RunAsync("--pins", "--json")).Json;
        Assert.True(json.GetProperty("ok").GetBoolean());
        Assert.Equal(["main", "aon"], json.GetProperty("chips").EnumerateArray().Select(c => c.GetProperty("label").GetString()));
        var footswitch = json.GetProperty("lines").EnumerateArray().First(l => l.GetProperty("line").GetString() == "footswitch");
        Assert.Equal(("inUse", "gpio-keys"), (footswitch.GetProperty("state").GetString(), footswitch.GetProperty("usedBy").GetString()));
        Assert.Equal(0, _kernel.OpenFiles);
    }

    [Fact]
    public async Task A_line_that_is_missing_is_said_with_what_is_near_and_exits_with_1()
    {
        await File.WriteAllTextAsync(_folder.File("board.json"), Profile.Replace("PN.01", "PN.07", StringComparison.Ordinal));
        var run = await RunAsync("--pins");
        Assert.Equal(1, run.ExitCode);
        Assert.Matches(@"readyLamp +output +main +PN\.07 +15 +high +MISSING", run.Out);
        Assert.Contains("has no line 'PN.07'; near it are PN.01", run.Out, StringComparison.Ordinal);
        var doctor = (await RunAsync("--json")).Json.GetProperty("items").EnumerateArray().First(i => i.GetProperty("check").GetString() == "pins");
        Assert.Equal("failed", doctor.GetProperty("state").GetString());
        Assert.Contains("3 of 4 lines found", doctor.GetProperty("found").GetString(), StringComparison.Ordinal);
        Assert.Contains("doctor --pins", doctor.GetProperty("advice").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_board_the_chips_are_listed_and_nothing_is_missing()
    {
        var run = await RunOfAsync([], "--pins");
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("PCC.00", run.Out, StringComparison.Ordinal);
        Assert.Contains("Board:ProfilePath is empty", run.Out, StringComparison.Ordinal);
        var none = await CliRun.WithAsync(new Dictionary<string, string>(), ["doctor", "--pins", "--config", Configuration()], chips: () => []);
        Assert.Contains("This machine has no GPIO chip", none.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_output_blinks_and_is_inactive_afterwards_and_no_other_line_is_claimed()
    {
        var run = await RunAsync("--blink", "readyLamp", "--seconds", "1");
        Assert.True(run.ExitCode == 0, run.ToString());
        var board = Assert.Single(_opened);
        var line = Assert.Single(board.Profile.Lines);
        Assert.False(board.IsActive(line));
        Assert.InRange(board.Rises(line), 1, 3);
        Assert.True(board.Disposed);
        Assert.Contains("readyLamp (main PN.01, header pin 15)", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_in_the_middle_of_a_blink_leaves_the_output_inactive()
    {
        using var stop = new CancellationTokenSource();
        var running = RunOfAsync(["--Board:ProfilePath", _folder.File("board.json")], stop.Token, "--blink", "readyLamp", "--seconds", "60");
        while (_opened.Count == 0 || !_opened[0].IsActive(_opened[0].Profile.Lines[0]))
        {
            await Task.Delay(5);
        }

        await stop.CancelAsync();
        Assert.Equal(130, (await running).ExitCode);
        Assert.False(_opened[0].IsActive(_opened[0].Profile.Lines[0]));
    }

    [Fact]
    public async Task Edges_of_an_input_are_printed_with_the_kernels_time_and_lost_ones_are_counted()
    {
        var running = RunAsync("--watch", "footswitch", "--seconds", "2", "--json");
        while (_opened.Count == 0 || !_opened[0].IsWatched(_opened[0].Profile.Lines[0]))
        {
            await Task.Delay(5);
        }

        var line = _opened[0].Profile.Lines[0];
        _opened[0].DriveAt(line, active: true, 12_000_000_345);
        _opened[0].DriveAt(line, active: false, 12_500_000_000, lostBefore: 2);
        var run = await running;
        Assert.True(run.ExitCode == 0, run.ToString());
        var printed = run.Out.Split('\n');
        Assert.Equal(12_000_000_345, JsonDocument.Parse(printed[0]).RootElement.GetProperty("timestampNanoseconds").GetInt64());
        var end = JsonDocument.Parse(string.Join('\n', printed[2..])).RootElement;
        Assert.Equal((2, 2, false), (end.GetProperty("edges").GetInt32(), end.GetProperty("lost").GetInt32(), end.GetProperty("active").GetBoolean()));
    }

    [Fact]
    public async Task Make_safe_drives_every_output_and_goes_on_past_one_that_cannot_be_driven()
    {
        var run = await RunAsync("--make-safe");
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("Every output is inactive: cameraTrigger, readyLamp", run.Out, StringComparison.Ordinal);
        Assert.All(_opened, b => Assert.True(b.MadeSafe > 0 && b.Disposed));

        _opened.Clear();
        _refuse = line => line.Role == PinRole.CameraTrigger ? new PinFaultException($"Line {line} is in use by other.") : null;
        var partly = await RunAsync("--make-safe", "--json");
        Assert.Equal(1, partly.ExitCode);
        Assert.Contains("cameraTrigger (main PQ.05, header pin 29) is in use by other", partly.Error, StringComparison.Ordinal);
        Assert.Equal(["readyLamp"], partly.Json.GetProperty("safe").EnumerateArray().Select(l => l.GetString()));
        Assert.True(Assert.Single(_opened).MadeSafe > 0);
    }

    [Fact]
    public async Task Make_safe_works_in_spite_of_faults_in_other_sections_and_without_a_board()
    {
        Assert.Equal(0, (await RunAsync("--make-safe", "--Camera:Sorce", "x")).ExitCode);
        var none = await RunOfAsync([], "--make-safe");
        Assert.Equal(0, none.ExitCode);
        Assert.Contains("nothing to make safe", none.Out, StringComparison.Ordinal);
        Assert.Equal(3, (await RunOfAsync(["--Board:ProfilePath", "/nowhere/board.json"], "--make-safe")).ExitCode);
    }

    [Theory]
    [InlineData(3, "'footswitch' is not an output of board profile", "--blink", "footswitch")]
    [InlineData(3, "'readyLamp' is not an input of board profile", "--watch", "readyLamp")]
    [InlineData(3, "outputs are cameraTrigger, readyLamp", "--blink", "lamp")]
    [InlineData(2, "exclude each other", "--blink", "readyLamp", "--make-safe")]
    [InlineData(2, "--seconds belongs to", "--seconds", "3")]
    [InlineData(2, "--seconds is 0", "--watch", "footswitch", "--seconds", "0")]
    public async Task Wrong_use_is_refused_with_what_was_expected(int exitCode, string message, params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(_opened);
    }

    [Fact]
    public async Task A_line_in_use_is_one_message_and_exit_code_1()
    {
        _refuse = line => new PinFaultException($"Line {line} is in use by hsiedge; stop the worker first.");
        var run = await RunAsync("--blink", "readyLamp");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("in use by hsiedge; stop the worker first", run.Error, StringComparison.Ordinal);
    }

    private Task<CliRun> RunAsync(params string[] arguments) => RunOfAsync(["--Board:ProfilePath", _folder.File("board.json")], arguments);

    private Task<CliRun> RunOfAsync(string[] settings, params string[] arguments) => RunOfAsync(settings, CancellationToken.None, arguments);

    private Task<CliRun> RunOfAsync(string[] settings, CancellationToken cancellationToken, params string[] arguments) => CliRun.WithAsync(
        new Dictionary<string, string>(), ["doctor", .. arguments, "--config", Configuration(), .. settings], cancellationToken: cancellationToken,
        chips: () => GpioChips.List(_kernel), openPins: Open);

    private string Configuration()
    {
        File.WriteAllText(_folder.File("appsettings.json"), $$"""{ "Store": { "DataFolder": "{{_folder.Path}}" }, "Mqtt": { "Enabled": false } }""");
        return _folder.File("appsettings.json");
    }

    private FakeBoardPins Open(BoardDescription board)
    {
        if (board.Profile.Lines.Select(_refuse).FirstOrDefault(f => f is not null) is { } fault)
        {
            throw fault;
        }

        var pins = new FakeBoardPins(TimeProvider.System, board.Profile);
        _opened.Add(pins);
        return pins;
    }
}
