using HsiEdge.Core.Acquire;
using HsiEdge.Devices.Frames;
using HsiEdge.Devices.Kernel;

namespace HsiEdge.Devices.V4l2;

/// <summary>
/// The stream of an open device: one thread only takes the driver's buffers, looks at what the driver says of them before anything else, unpacks them and puts
/// them back. Frame numbers go on growing over stops and starts.
/// </summary>
internal sealed class VideoStream : IAsyncDisposable
{
    private const int PollMilliseconds = 100;
    private readonly VideoFile _file;
    private readonly VideoFormat _format;
    private readonly V4l2Settings _settings;
    private readonly TimeProvider _time;
    private readonly Action<string> _lost;
    private readonly VideoMemory[] _buffers;
    private readonly int _lineBytes;
    private readonly int _stride;
    private Task _working = Task.CompletedTask;
    private volatile bool _stopping;
    private volatile bool _armed;
    private ulong _nextFrame;
    private ulong _firstFrame;
    private long _frames;
    private long _faults;
    private long _unasked;

    /// <summary>Shares buffers with the driver; the stream does not run yet.</summary>
    /// <param name="file">The device, with its format set; not closed here.</param>
    /// <param name="format">What the driver gives.</param>
    /// <param name="settings">Format and number of buffers.</param>
    /// <param name="time">Clock of the frames.</param>
    /// <param name="lost">Told, on the reading thread, why the stream ended by itself.</param>
    /// <exception cref="V4l2Exception">The driver gives none, or another program streams.</exception>
    public VideoStream(VideoFile file, VideoFormat format, V4l2Settings settings, TimeProvider time, Action<string> lost)
    {
        _file = file;
        _format = format;
        _settings = settings;
        _time = time;
        _lost = lost;
        _lineBytes = V4l2Unpacker.LineBytes(settings.PixelFormat, format.Samples);
        _stride = Math.Max(format.LineStride, _lineBytes);
        Ring = new FrameRing(settings.Buffers, format.Lines * format.Samples);
        _buffers = Share();
    }

    /// <summary>Frames on their way.</summary>
    public FrameRing Ring { get; }

    /// <summary>Whether frames are wanted; others are counted and dropped.</summary>
    public bool IsArmed
    {
        get => _armed;
        set => _armed = value;
    }

    /// <summary>What became of all frames so far.</summary>
    public V4l2Counters Counters => new(Interlocked.Read(ref _frames), Interlocked.Read(ref _faults), Ring.Dropped, Interlocked.Read(ref _unasked));

    private int NeededBytes => ((_format.Lines - 1) * _stride) + _lineBytes;

    /// <summary>Hands all buffers to the driver and starts.</summary>
    /// <exception cref="V4l2Exception">The driver cannot start: a sensor that does not answer, a receiver without a signal.</exception>
    public void Start()
    {
        for (var i = 0; i < _buffers.Length; i++)
        {
            _file.Queue(i);
        }

        _file.StreamOn();
        _stopping = false;
        _firstFrame = _nextFrame;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _working = ended.Task;
        new Thread(() => Work(ended)) { IsBackground = true, Name = "frames", Priority = ThreadPriority.AboveNormal }.Start();
    }

    /// <summary>Stops; what is in the driver's buffers is dropped.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        await _working;
        try
        {
            _file.StreamOff();
        }
        catch (V4l2Exception)
        {
            // A device that went away has stopped by itself.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Release(_buffers);
    }

    private VideoMemory[] Share()
    {
        var count = _file.RequestBuffers(_settings.Buffers);
        var shared = new List<VideoMemory>(count);
        try
        {
            for (var i = 0; i < count; i++)
            {
                shared.Add(_file.Map(i));
                if (shared[i].Length < (nuint)NeededBytes)
                {
                    throw new CameraFaultException($"{_file.Path}: the driver's buffers hold {shared[i].Length} bytes; a frame of {_format.Lines} lines × {_format.Samples} samples takes {NeededBytes}.");
                }
            }

            return count >= 2 ? [.. shared] : throw new CameraFaultException($"{_file.Path}: the driver gives {count} buffers; at least 2 are needed. Leave more memory to the driver (CMA), or use a smaller frame.");
        }
        catch
        {
            Release(shared);
            throw;
        }
    }

    private void Release(IEnumerable<VideoMemory> buffers)
    {
        foreach (var buffer in buffers)
        {
            _file.Unmap(buffer);
        }

        try
        {
            _ = _file.RequestBuffers(0);
        }
        catch (V4l2Exception)
        {
            // They go with the file.
        }
    }

    private void Work(TaskCompletionSource ended)
    {
        try
        {
            while (!_stopping)
            {
                var result = _file.Poll(out var events, PollMilliseconds);
                var fault = result > 0 ? TakeAll(events) : result < 0 ? FaultOf(-result) : null;
                if (fault is not null)
                {
                    _lost(fault);
                    return;
                }
            }
        }
        catch (V4l2Exception e)
        {
            _lost(e.Message);
        }
        finally
        {
            ended.SetResult();
        }
    }

    /// <summary>Takes every filled buffer.</summary>
    /// <returns>Why the stream ended, or null.</returns>
    private string? TakeAll(PollEvents events)
    {
        var taken = 0;
        while (true)
        {
            var error = _file.Dequeue(out var filled);
            if (error == ErrorNumber.Again)
            {
                var isBroken = taken == 0 && (events & (PollEvents.Error | PollEvents.HangUp | PollEvents.Invalid)) != PollEvents.None;
                return isBroken ? $"its stream is in error (poll: {events})" : null;
            }

            if (error != 0)
            {
                return FaultOf(error);
            }

            taken++;
            var received = _time.GetTimestamp();
            Take(filled, received);
            _file.Queue(filled.Index);
        }
    }

    private static string? FaultOf(int error) => error switch
    {
        ErrorNumber.Interrupted => null,
        ErrorNumber.NoDevice or ErrorNumber.NoSuchDevice => $"it was unplugged or its driver was removed: {ErrorNumber.Text(error)}",
        ErrorNumber.InputOutput => $"its receiver lost the signal: {ErrorNumber.Text(error)}",
        _ => $"its stream ended: {ErrorNumber.Text(error)}",
    };

    private void Take(FilledBuffer filled, long received)
    {
        var id = NumberOf(filled.Sequence);
        if (!_armed)
        {
            Interlocked.Increment(ref _unasked);
            return;
        }

        Interlocked.Increment(ref _frames);
        var fault = filled.IsDamaged ? "the driver marks it as damaged"
            : filled.Bytes < NeededBytes || (nuint)filled.Bytes > _buffers[filled.Index].Length ? $"wrong size: {filled.Bytes} bytes instead of {NeededBytes}"
            : null;
        if (fault is not null)
        {
            Interlocked.Increment(ref _faults);
        }

        if (Ring.TryTake() is not { } slot)
        {
            return;
        }

        if (fault is null)
        {
            Unpack(_buffers[filled.Index], slot.Pixels);
        }

        slot.Frame = new CameraFrame(id, filled.TimestampNanoseconds, received, fault, fault is null ? slot.Pixels : ReadOnlyMemory<ushort>.Empty);
        Ring.Put(slot);
    }

    /// <summary>The driver counts in 32 bits and from 0 at every start.</summary>
    private ulong NumberOf(uint sequence)
    {
        var expected = _nextFrame - _firstFrame;
        var number = (expected & ~(ulong)uint.MaxValue) | sequence;
        if (number + (1UL << 31) < expected)
        {
            number += 1UL << 32;
        }

        _nextFrame = _firstFrame + number + 1;
        return _firstFrame + number;
    }

    private unsafe void Unpack(VideoMemory memory, ushort[] counts)
    {
        var bytes = new ReadOnlySpan<byte>((void*)memory.Address, checked((int)memory.Length));
        for (var line = 0; line < _format.Lines; line++)
        {
            V4l2Unpacker.Unpack(
                _settings.PixelFormat, bytes.Slice(line * _stride, _lineBytes), _settings.Shift, counts.AsSpan(line * _format.Samples, _format.Samples));
        }
    }
}
