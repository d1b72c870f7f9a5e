using System.Text;
using HsiEdge.Devices.Kernel;
using static HsiEdge.Devices.Gpio.GpioAbi;

namespace HsiEdge.Devices.V4l2;

/// <summary>An open video device: each request as a call that throws what the kernel reports.</summary>
internal sealed class VideoFile : IDisposable
{
    private readonly IMappingCalls _calls;
    private int _descriptor;

    private VideoFile(IMappingCalls calls, int descriptor, string path)
    {
        _calls = calls;
        _descriptor = descriptor;
        Path = path;
    }

    /// <summary>The device file.</summary>
    public string Path { get; }

    /// <summary>Opens it.</summary>
    /// <exception cref="V4l2Exception">It cannot be opened.</exception>
    public static VideoFile Open(IMappingCalls calls, string path)
    {
        var descriptor = calls.Open(path);
        return descriptor >= 0 ? new VideoFile(calls, descriptor, path) : throw new V4l2Exception($"open {path}", -descriptor);
    }

    /// <summary>Who it is.</summary>
    public VideoDevice Describe()
    {
        Span<byte> capability = stackalloc byte[V4l2Abi.CapabilitySize];
        Call("VIDIOC_QUERYCAP", V4l2Abi.QueryCapabilities, capability);
        var whole = U32(capability, 84);
        return new VideoDevice(
            Path, Text(capability[..16]), Text(capability.Slice(16, 32)), Text(capability.Slice(48, 32)),
            (whole & V4l2Abi.HasDeviceCapabilities) != 0 ? U32(capability, 88) : whole);
    }

    /// <summary>Asks for a format; the driver changes what it cannot give.</summary>
    /// <returns>What it gives.</returns>
    public VideoFormat SetFormat(int samples, int lines, V4l2PixelFormat format)
    {
        Span<byte> asked = stackalloc byte[V4l2Abi.FormatSize];
        Put(asked, 0, V4l2Abi.Capture);
        Call("VIDIOC_G_FMT", V4l2Abi.GetFormat, asked);
        if (samples > 0)
        {
            Put(asked, 8, (uint)samples);
            Put(asked, 12, (uint)lines);
        }

        Put(asked, 16, (uint)format);
        Put(asked, 20, V4l2Abi.Progressive);
        Put(asked, 24, 0u);
        Put(asked, 28, 0u);
        Call("VIDIOC_S_FMT", V4l2Abi.SetFormat, asked);
        return new VideoFormat((int)U32(asked, 8), (int)U32(asked, 12), U32(asked, 16), (int)U32(asked, 24), (int)U32(asked, 28));
    }

    /// <summary>Asks for buffers shared with the driver; 0 gives them back.</summary>
    /// <returns>How many there are.</returns>
    public int RequestBuffers(int count)
    {
        Span<byte> asked = stackalloc byte[V4l2Abi.RequestSize];
        Put(asked, 0, (uint)count);
        Put(asked, 4, V4l2Abi.Capture);
        Put(asked, 8, V4l2Abi.Mapped);
        Call("VIDIOC_REQBUFS", V4l2Abi.RequestBuffers, asked);
        return (int)U32(asked, 0);
    }

    /// <summary>Maps a buffer.</summary>
    public VideoMemory Map(int index)
    {
        Span<byte> buffer = stackalloc byte[V4l2Abi.BufferSize];
        Begin(buffer, index);
        Call("VIDIOC_QUERYBUF", V4l2Abi.QueryBuffer, buffer);
        var length = (nuint)U32(buffer, 72);
        var result = _calls.Map(_descriptor, U32(buffer, 64), length, out var address);
        return result < 0 ? throw new V4l2Exception($"mmap of {Path}", -result) : new VideoMemory(address, length);
    }

    /// <summary>Gives a mapped buffer back.</summary>
    public void Unmap(VideoMemory memory) => _ = _calls.Unmap(memory.Address, memory.Length);

    /// <summary>Hands a buffer to the driver.</summary>
    public void Queue(int index)
    {
        Span<byte> buffer = stackalloc byte[V4l2Abi.BufferSize];
        Begin(buffer, index);
        Call("VIDIOC_QBUF", V4l2Abi.Queue, buffer);
    }

    /// <summary>Takes a filled buffer.</summary>
    /// <param name="filled">What the driver says of it.</param>
    /// <returns>0, or the positive error number.</returns>
    public int Dequeue(out FilledBuffer filled)
    {
        Span<byte> buffer = stackalloc byte[V4l2Abi.BufferSize];
        Begin(buffer, 0);
        var result = _calls.Ioctl(_descriptor, V4l2Abi.Dequeue, buffer);
        var flags = U32(buffer, 12);
        var isMonotonic = (flags & V4l2Abi.ClockMask) == V4l2Abi.MonotonicClock;
        filled = new FilledBuffer(
            (int)U32(buffer, 0), (int)U32(buffer, 8), (flags & V4l2Abi.Damaged) != 0, U32(buffer, 56),
            isMonotonic ? (U64(buffer, 24) * 1_000_000_000) + (U64(buffer, 32) * 1000) : 0);
        return result < 0 ? -result : 0;
    }

    /// <summary>Starts the stream.</summary>
    public void StreamOn() => Switch("VIDIOC_STREAMON", V4l2Abi.StreamOn);

    /// <summary>Stops the stream; all buffers come back.</summary>
    public void StreamOff() => Switch("VIDIOC_STREAMOFF", V4l2Abi.StreamOff);

    /// <summary>Waits for a filled buffer.</summary>
    /// <param name="events">What happened.</param>
    /// <param name="timeoutMilliseconds">Longest wait in ms.</param>
    /// <returns>As poll(2).</returns>
    public int Poll(out PollEvents events, int timeoutMilliseconds)
    {
        Span<PollEvents> happened = stackalloc PollEvents[1];
        var result = _calls.Poll([_descriptor], happened, timeoutMilliseconds);
        events = happened[0];
        return result;
    }

    /// <summary>The controls that hold one number and can be set.</summary>
    public IReadOnlyDictionary<string, VideoControl> Controls()
    {
        var controls = new Dictionary<string, VideoControl>(StringComparer.Ordinal);
        Span<byte> query = stackalloc byte[V4l2Abi.ControlQuerySize];
        uint id = 0;
        while (true)
        {
            query.Clear();
            Put(query, 0, id | V4l2Abi.NextControl);
            var result = Ioctl(V4l2Abi.QueryControl, query);
            if (result is -ErrorNumber.InvalidArgument or -ErrorNumber.NotATypewriter)
            {
                return controls;
            }

            Check("VIDIOC_QUERY_EXT_CTRL", result);
            id = U32(query, 0);
            var control = new VideoControl(
                id, VideoControl.NameOf(Text(query.Slice(8, 32))), (VideoControlType)U32(query, 4), (long)U64(query, 40), (long)U64(query, 48), (long)U64(query, 56), U32(query, 72));
            if (control.IsNumber && U32(query, 80) == 1)
            {
                controls.TryAdd(control.Name, control);
            }
        }
    }

    /// <summary>Sets a control.</summary>
    /// <returns>The value that it has now.</returns>
    public long Set(VideoControl control, long value)
    {
        // 32-bit controls take the lower half of the value's union.
        var result = Exchange(V4l2Abi.SetControls, control, ref value);
        Check($"VIDIOC_S_EXT_CTRLS {control.Name} = {value}", result);
        return control.Read(value);
    }

    /// <summary>Reads a control.</summary>
    public long Get(VideoControl control)
    {
        var value = 0L;
        Check($"VIDIOC_G_EXT_CTRLS {control.Name}", Exchange(V4l2Abi.GetControls, control, ref value));
        return control.Read(value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0)
        {
            _ = _calls.Close(descriptor);
        }
    }

    private unsafe int Exchange(uint request, VideoControl control, ref long value)
    {
        Span<byte> one = stackalloc byte[V4l2Abi.ControlSize];
        Span<byte> controls = stackalloc byte[V4l2Abi.ControlsSize];
        Put(one, 0, control.Id);
        Put(one, 12, (ulong)value);
        Put(controls, 4, 1u);
        fixed (byte* address = one)
        {
            Put(controls, 24, (ulong)(nint)address);
            var result = Ioctl(request, controls);
            value = (long)U64(one, 12);
            return result;
        }
    }

    private void Switch(string name, uint request)
    {
        Span<byte> type = stackalloc byte[4];
        Put(type, 0, V4l2Abi.Capture);
        Call(name, request, type);
    }

    private void Call(string name, uint request, Span<byte> argument) => Check(name, Ioctl(request, argument));

    private void Check(string name, int result)
    {
        if (result < 0)
        {
            throw new V4l2Exception($"{name} on {Path}", -result);
        }
    }

    private int Ioctl(uint request, Span<byte> argument)
    {
        while (true)
        {
            var result = _calls.Ioctl(_descriptor, request, argument);
            if (result != -ErrorNumber.Interrupted)
            {
                return result;
            }
        }
    }

    private static void Begin(Span<byte> buffer, int index)
    {
        Put(buffer, 0, (uint)index);
        Put(buffer, 4, V4l2Abi.Capture);
        Put(buffer, 60, V4l2Abi.Mapped);
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
