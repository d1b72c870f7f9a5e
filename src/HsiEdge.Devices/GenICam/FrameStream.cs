using HsiEdge.Core.Acquire;
using HsiEdge.Devices.Frames;

namespace HsiEdge.Devices.GenICam;

/// <summary>The stream of an open camera: one thread only takes the library's buffers, looks at their status before anything else, unpacks them and puts them back.</summary>
internal sealed class FrameStream : IAsyncDisposable
{
    private const ulong NoNumber = ulong.MaxValue;
    private const ulong PopMicroseconds = 100_000;
    private const int Success = 0;
    private const int TimedOut = 2;
    private const int SizeMismatch = 5;
    private readonly nint _stream;
    private readonly bool _isGigE;
    private readonly GenICamPixelFormat _format;
    private readonly int _lines;
    private readonly int _samples;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<int, string> _wrong = [];
    private readonly FrameNumbers _numbers = new();
    private readonly Lock _gate = new();
    private GenICamCounters? _last;
    private volatile bool _armed;
    private volatile bool _stopping;
    private volatile bool _restarted;
    private long _frames;
    private long _faults;
    private long _timeouts;
    private long _misfits;
    private long _unasked;

    private FrameStream(nint stream, GenICamDevice device, CameraFeatures features, int lines, int samples, TimeProvider time)
    {
        _stream = stream;
        _isGigE = device.IsGigE;
        _format = features.PixelFormat;
        (_lines, _samples) = (lines, samples);
        _time = time;
        Ring = new FrameRing(features.StreamBuffers, lines * samples);
    }

    /// <summary>Frames on their way.</summary>
    public FrameRing Ring { get; }

    /// <summary>Whether frames are wanted; others are counted and dropped.</summary>
    public bool IsArmed
    {
        get => _armed;
        set => _armed = value;
    }

    /// <summary>Told before the camera starts to stream again: its numbers may begin anew.</summary>
    public void Restart() => _restarted = true;

    /// <summary>What became of all frames so far; of a closed stream, what became of all.</summary>
    public GenICamCounters Counters
    {
        get
        {
            lock (_gate)
            {
                return _last ?? Count();
            }
        }
    }

    /// <summary>Makes the stream with its buffers and starts to read it.</summary>
    /// <param name="device">The open camera.</param>
    /// <param name="features">Format, packets and buffers.</param>
    /// <param name="lines">Lines of a frame.</param>
    /// <param name="samples">Samples of a line.</param>
    /// <param name="time">Clock of the frames.</param>
    /// <exception cref="AravisException">The camera gives none.</exception>
    public static FrameStream Start(GenICamDevice device, CameraFeatures features, int lines, int samples, TimeProvider time)
    {
        if (device.IsGigE)
        {
            SetUpPackets(device, features);
        }

        var payload = device.Payload();
        var native = Aravis.CreateStream(device.Camera, 0, 0, out var error);
        Aravis.Check(error);
        if (device.IsGigE)
        {
            Aravis.SetProperty(native, "socket-buffer", 0);
            Aravis.SetProperty(native, "socket-buffer-size", features.SocketBufferBytes);
            Aravis.SetProperty(native, "packet-resend", features.PacketResend ? 1 : 0);
        }

        for (var i = 0; i < features.StreamBuffers; i++)
        {
            Lend(native, Aravis.NewBuffer((nuint)payload));
        }

        var stream = new FrameStream(native, device, features, lines, samples, time);
        new Thread(stream.Work) { IsBackground = true, Name = "frames", Priority = ThreadPriority.AboveNormal }.Start();
        return stream;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_stopping)
        {
            _stopping = true;
            await _ended.Task;

            lock (_gate)
            {
                // Its buffers go with it; whoever asks for figures later must not reach the library.
                _last = Count();
                Aravis.Release(_stream);
            }
        }
    }

    private static void SetUpPackets(GenICamDevice device, CameraFeatures features)
    {
        Aravis.SetStreamOptions(device.Camera, features.PacketSocket ? 0 : Aravis.PacketSocketDisabled);
        nint error;
        if (features.PacketBytes > 0)
        {
            Aravis.SetPacketSize(device.Camera, features.PacketBytes, out error);
        }
        else
        {
            _ = Aravis.FindPacketSize(device.Camera, out error);
        }

        Aravis.Check(error);
        if (features.PacketDelayNanoseconds is { } delay)
        {
            Aravis.SetPacketDelay(device.Camera, delay, out error);
            Aravis.Check(error);
        }
    }

    /// <summary>
    /// Gives a buffer to the library, without a number and a time: both come with a frame's first packet, and one that loses it would keep those of a frame long gone.
    /// </summary>
    private static void Lend(nint stream, nint buffer)
    {
        Aravis.SetFrameId(buffer, NoNumber);
        Aravis.SetDeviceTimestamp(buffer, 0);
        Aravis.PushBuffer(stream, buffer);
    }

    private GenICamCounters Count()
    {
        Aravis.Statistics(_stream, out _, out var failures, out var underruns);
        ulong resent = 0;
        ulong missing = 0;
        if (_isGigE)
        {
            Aravis.PacketStatistics(_stream, out resent, out missing);
        }

        return new GenICamCounters(
            Interlocked.Read(ref _frames), Interlocked.Read(ref _faults), Interlocked.Read(ref _timeouts), Interlocked.Read(ref _misfits), Ring.Dropped,
            Interlocked.Read(ref _unasked), (long)failures, (long)underruns, (long)resent, (long)missing);
    }

    private void Work()
    {
        try
        {
            while (!_stopping)
            {
                var buffer = Aravis.PopBuffer(_stream, PopMicroseconds);
                if (buffer != 0)
                {
                    var received = _time.GetTimestamp();
                    Take(buffer, received);
                    Lend(_stream, buffer);
                }
            }
        }
        finally
        {
            _ended.SetResult();
        }
    }

    private void Take(nint buffer, long received)
    {
        if (_restarted)
        {
            _restarted = false;
            _numbers.Restart();
        }

        // Frames that nobody wants are numbered too, or a cycle of 16 bits that ends meanwhile would be missed.
        var id = Aravis.FrameId(buffer);
        var number = id == NoNumber ? _numbers.NumberWithout() : _numbers.Number(id);
        if (!_armed)
        {
            Interlocked.Increment(ref _unasked);
            return;
        }

        Interlocked.Increment(ref _frames);
        var status = Aravis.Status(buffer);
        var fault = status == Success ? FormatFault(buffer) : StatusFault(status);
        if (fault is not null)
        {
            CountFault(status);
        }

        if (Ring.TryTake() is not { } slot)
        {
            return;
        }

        if (fault is null)
        {
            Unpack(buffer, slot.Pixels);
        }

        slot.Frame = new CameraFrame(
            number, Aravis.DeviceTimestamp(buffer), received, fault, fault is null ? slot.Pixels : ReadOnlyMemory<ushort>.Empty);
        Ring.Put(slot);
    }

    private void CountFault(int status)
    {
        Interlocked.Increment(ref _faults);
        if (status == TimedOut)
        {
            Interlocked.Increment(ref _timeouts);
        }
        else if (status is Success or SizeMismatch)
        {
            Interlocked.Increment(ref _misfits);
        }
    }

    private unsafe void Unpack(nint buffer, ushort[] pixels)
    {
        var data = Aravis.ImageData(buffer, out var bytes);
        PixelUnpacker.Unpack(_format, new ReadOnlySpan<byte>((void*)data, checked((int)bytes)), pixels);
    }

    private string? FormatFault(nint buffer)
    {
        var (width, height, format) = (Aravis.ImageWidth(buffer), Aravis.ImageHeight(buffer), Aravis.ImageFormat(buffer));
        if (width != _samples || height != _lines)
        {
            return $"wrong size: {height} lines × {width} samples instead of {_lines} × {_samples}";
        }

        if (format != (uint)_format)
        {
            return $"wrong pixel format: 0x{format:X8} instead of {_format}";
        }

        _ = Aravis.ImageData(buffer, out var bytes);
        var expected = PixelUnpacker.Bytes(_format, _lines * _samples);
        return (long)bytes >= expected ? null : $"too short: {bytes} of {expected} bytes";
    }

    /// <summary>ARV_BUFFER_STATUS_… in words; each text is made once.</summary>
    private string StatusFault(int status)
    {
        if (!_wrong.TryGetValue(status, out var text))
        {
            _wrong[status] = text = status switch
            {
                1 => "cleared before it was filled",
                TimedOut => "timeout: packets did not all come in time",
                3 => "missing packets",
                4 => "a packet with a wrong number",
                SizeMismatch => "size mismatch: it does not fit the buffer",
                6 => "still being filled",
                7 => "aborted",
                _ => $"unknown status {status}",
            };
        }

        return text;
    }
}
