using System.IO.Ports;
using System.Text;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.Scan;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.Light;

/// <summary>
/// A light source on a serial port: a command for each band and an answer line. A command without its answer is sent once more, on a port opened anew;
/// then the source has failed, and the next capture begins with opening the port again.
/// </summary>
public sealed class SerialLightSource : ILightSource
{
    private const int LongestAnswerBytes = 4096;
    private readonly string _portPath;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly byte[] _received = new byte[LongestAnswerBytes];
    private SerialCommands? _commands;
    private SerialLight? _light;
    private SerialPort? _port;
    private bool _lit;

    /// <summary>Makes it, without opening the port.</summary>
    /// <param name="portPath">The port, such as /dev/ttyUSB0.</param>
    /// <param name="time">Clock of the answers' time limit.</param>
    /// <param name="log">For its messages.</param>
    public SerialLightSource(string portPath, TimeProvider time, ILogger<SerialLightSource> log)
    {
        ArgumentException.ThrowIfNullOrEmpty(portPath);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(log);
        _portPath = portPath;
        _time = time;
        _log = log;
    }

    /// <inheritdoc/>
    public async Task OpenAsync(ScanSchedule schedule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        _light = LightPlans.Require<SerialLight>(schedule);
        _commands = new SerialCommands(schedule, _light);

        // The first selection shows that the source is there and speaks the plan's language.
        await SelectAsync(schedule.Steps[0], cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask SelectAsync(ScanStep step, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(step);
        var command = LightPlans.Opened(_commands).For(step) ?? throw new InvalidOperationException("The plan was opened without dark steps.");
        _lit = true;
        await CommandAsync(command, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DarkenAsync(CancellationToken cancellationToken)
    {
        if (_lit && _commands?.Dark is { } dark)
        {
            await CommandAsync(dark, cancellationToken);
            _lit = false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_port is not null)
        {
            try
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2), _time);
                await DarkenAsync(limit.Token);
            }
            catch (Exception e) when (e is CameraFaultException or OperationCanceledException)
            {
                ScanLog.NotAtRest(_log, "the light source on " + _portPath, e.Message);
            }
        }

        Close();
    }

    private async Task CommandAsync(byte[] command, CancellationToken cancellationToken)
    {
        if (await AttemptAsync(command, cancellationToken) is not { } reason)
        {
            return;
        }

        ScanLog.LightRetry(_log, _portPath, reason);
        Close();
        if (await AttemptAsync(command, cancellationToken) is { } again)
        {
            Close();
            throw new CameraFaultException(
                $"The light source on {_portPath} failed twice at '{SerialCommands.Show(command)}': {again}. Check its power and its cable, Camera:LightPort and the plan's light.answer.");
        }
    }

    /// <summary>One command and its answer.</summary>
    /// <returns>Null when it was answered; else what went wrong.</returns>
    private async Task<string?> AttemptAsync(byte[] command, CancellationToken cancellationToken)
    {
        try
        {
            var port = _port ??= Open();

            // What the source said unasked, or too late, answers nothing.
            port.DiscardInBuffer();
            await port.BaseStream.WriteAsync(command, cancellationToken);
            return _commands!.Answer is null ? null : await AnswerAsync(port, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException)
        {
            return e.Message.TrimEnd('.');
        }
    }

    private SerialPort Open()
    {
        var port = new SerialPort(_portPath, _light!.Baud, Parity.None, 8, StopBits.One) { WriteTimeout = (int)Math.Ceiling(_light.AnswerTimeoutMilliseconds) };
        try
        {
            port.Open();
        }
        catch
        {
            port.Dispose();
            throw;
        }

        ScanLog.LightOpened(_log, _portPath, _light.Baud);
        return port;
    }

    /// <summary>Reads lines until one matches. Others are noise or an echo; the last of them is told when the time is over.</summary>
    private async Task<string?> AnswerAsync(SerialPort port, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = _time.CreateTimer(
            static s => ((CancellationTokenSource)s!).Cancel(), limit, TimeSpan.FromMilliseconds(_light!.AnswerTimeoutMilliseconds), Timeout.InfiniteTimeSpan);
        var (length, last) = (0, "");
        try
        {
            while (true)
            {
                var count = await port.BaseStream.ReadAsync(_received.AsMemory(length), limit.Token);
                if (count == 0)
                {
                    return "the port was closed from the other side";
                }

                length += count;
                while (_received.AsSpan(0, length).IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var end)
                {
                    if (end > 0 && _commands!.Answer!.IsMatch(Encoding.Latin1.GetString(_received, 0, end)))
                    {
                        return null;
                    }

                    last = end > 0 ? SerialCommands.Show(_received.AsSpan(0, end)) : last;
                    _received.AsSpan(end + 1, length - end - 1).CopyTo(_received);
                    length -= end + 1;
                }

                if (length == _received.Length)
                {
                    length = 0;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var found = length > 0 ? $"an unfinished line '{SerialCommands.Show(_received.AsSpan(0, Math.Min(length, 80)))}'" : last.Length > 0 ? $"'{last}'" : "nothing";
            return $"within {_light.AnswerTimeoutMilliseconds:0.#} ms it answered {found}, a line matching '{_light.Answer}' was expected";
        }
    }

    private void Close()
    {
        try
        {
            _port?.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The device is gone and its descriptor with it.
        }

        _port = null;
    }
}
