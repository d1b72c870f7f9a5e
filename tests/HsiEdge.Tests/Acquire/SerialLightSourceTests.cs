using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;
using HsiEdge.Devices.Light;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Acquire;

/// <summary>The serial light source over a real serial line of the kernel (a pseudo terminal) with a filter wheel at the other end.</summary>
public sealed class SerialLightSourceTests : IAsyncDisposable
{
    private static readonly SerialLight Wheel = new(115200, @"POS {position}\r", @"OFF\r", "^OK -?[0-9]+$", 300, [4, 7, 9]);
    private readonly TemporaryFolder _folder = new();
    private readonly SerialLightSource _source;
    private ScriptedFilterWheel _wheel;

    public SerialLightSourceTests()
    {
        _wheel = new ScriptedFilterWheel(Port);
        _source = new SerialLightSource(Port, TimeProvider.System, NullLogger<SerialLightSource>.Instance);
    }

    private string Port => _folder.File("ttyWheel");

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        _wheel.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_band_is_commanded_and_the_end_is_dark()
    {
        var schedule = ScheduleOf(Wheel);
        await _source.OpenAsync(schedule, default);
        foreach (var step in schedule.Steps)
        {
            await _source.SelectAsync(step, default);
            Assert.Equal(Wheel.Positions[step.Band], _wheel.Position);
        }

        await _source.DarkenAsync(default);
        Assert.Equal(-1, _wheel.Position);
        Assert.Equal(["POS 4", "POS 4", "POS 7", "POS 9", "OFF"], _wheel.Commands);
    }

    [Fact]
    public async Task Wavelengths_are_filled_in_as_the_template_says()
    {
        _wheel.Then((line, _) => line.Write("1\r"));
        await _source.OpenAsync(ScheduleOf(Wheel with { SelectCommand = @"W{nm:0.0};{nm}\r", Answer = "1" }), default);
        Assert.Equal("W1000.0;1000", Assert.Single(_wheel.Commands));
        _wheel.Then((line, _) => line.Write("1\r"));
    }

    [Fact]
    public async Task Noise_an_echo_and_an_answer_in_pieces_are_read_over()
    {
        await OpenAsync();
        _wheel.Then((line, command) =>
        {
            line.Write("\0\u00ff~#\r\n" + command + "\r\nO");
            Thread.Sleep(20);
            line.Write("K 7");
            Thread.Sleep(20);
            line.Write("\r\n");
        });
        await _source.SelectAsync(ScheduleOf(Wheel).Steps[1], default);
        Assert.Equal(["POS 4", "POS 7"], _wheel.Commands);
    }

    [Fact]
    public async Task A_command_without_an_answer_is_sent_once_more()
    {
        await OpenAsync();
        _wheel.Then((_, _) => { });
        await _source.SelectAsync(ScheduleOf(Wheel).Steps[1], default);
        Assert.Equal(["POS 4", "POS 7", "POS 7"], _wheel.Commands);
        Assert.Equal(7, _wheel.Position);
    }

    [Fact]
    public async Task Silence_twice_is_a_fault_that_names_port_and_command_and_the_next_command_finds_the_source_again()
    {
        await OpenAsync();
        _wheel.Then((_, _) => { });
        _wheel.Then((_, _) => { });
        var fault = await Assert.ThrowsAsync<CameraFaultException>(() => _source.SelectAsync(ScheduleOf(Wheel).Steps[1], default).AsTask());
        Assert.Contains($"{Port} failed twice at 'POS 7\\r': within 300 ms it answered nothing", fault.Message, StringComparison.Ordinal);
        await _source.SelectAsync(ScheduleOf(Wheel).Steps[2], default);
        Assert.Equal(9, _wheel.Position);
    }

    [Fact]
    public async Task A_wrong_answer_twice_is_a_fault_that_shows_it()
    {
        await OpenAsync();
        _wheel.Then((line, _) => line.Write("ERR 3\r\n"));
        _wheel.Then((line, _) => line.Write("ERR 3\r\n"));
        var fault = await Assert.ThrowsAsync<CameraFaultException>(() => _source.SelectAsync(ScheduleOf(Wheel).Steps[1], default).AsTask());
        Assert.Contains("'ERR 3'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_came_too_late_is_not_taken_for_the_next_command()
    {
        await OpenAsync();
        _wheel.Then((line, _) => line.Write("late"));
        _wheel.Then((line, _) => line.Write("\r\nOK 7\r\nOK 7\r\n"));
        await _source.SelectAsync(ScheduleOf(Wheel).Steps[1], default);
        _wheel.Then((_, _) => { });
        await _source.SelectAsync(ScheduleOf(Wheel).Steps[2], default);
        Assert.Equal(["POS 4", "POS 7", "POS 7", "POS 9", "POS 9"], _wheel.Commands);
    }

    [Fact]
    public async Task A_plug_that_was_pulled_is_a_fault_and_put_back_it_is_found_again()
    {
        await OpenAsync();
        _wheel.Dispose();
        var fault = await Assert.ThrowsAsync<CameraFaultException>(() => _source.SelectAsync(ScheduleOf(Wheel).Steps[1], default).AsTask());
        Assert.Contains(Port, fault.Message, StringComparison.Ordinal);
        _wheel = new ScriptedFilterWheel(Port);
        await _source.SelectAsync(ScheduleOf(Wheel).Steps[1], default);
        Assert.Equal(7, _wheel.Position);
    }

    [Fact]
    public async Task Waiting_for_an_answer_ends_when_told_to()
    {
        await OpenAsync();
        using var stop = new CancellationTokenSource();
        _wheel.Then((_, _) => stop.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _source.SelectAsync(ScheduleOf(Wheel).Steps[1], stop.Token).AsTask());
    }

    [Theory]
    [InlineData("POS {pos}", null, "OK", "light.selectCommand holds '{pos}'")]
    [InlineData("POS {nm:X}", null, "OK", "light.selectCommand holds '{nm:X}'")]
    [InlineData("", null, "OK", "light.selectCommand is ''")]
    [InlineData("POS", "OFF {nm}", "OK", "light.darkCommand holds '{nm}'")]
    [InlineData("POS", null, "(", "light.answer '('")]
    public async Task A_command_that_cannot_be_used_is_refused_with_its_key(string select, string? dark, string answer, string reason)
    {
        var light = Wheel with { SelectCommand = select, DarkCommand = dark, Answer = answer };
        var error = await Assert.ThrowsAsync<BadInputException>(() => _source.OpenAsync(ScheduleOf(light), default));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Empty(_wheel.Commands);
    }

    private Task OpenAsync() => _source.OpenAsync(ScheduleOf(Wheel), default);

    private static ScanSchedule ScheduleOf(SerialLight light) => ScanSchedule.Of(
        new ScanPlan("wheel", new WavelengthAxis([1000, 1100, 1200]), [100, 100, 100], 0, 0.5, StoreRawCube: false) { Light = light });
}
