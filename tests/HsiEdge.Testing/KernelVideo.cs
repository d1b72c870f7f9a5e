using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using HsiEdge.Devices.Gpio;
using HsiEdge.Devices.Kernel;
using HsiEdge.Devices.V4l2;

namespace HsiEdge.Testing;

/// <summary>
/// The kernel's video devices, played in user space at the system-call boundary: it reads and writes the same bytes and shares real memory. A buffer is the
/// driver's or the program's; a frame that finds none queued is lost and counted; one program at a time holds the buffers; the format cannot change while there are
/// any; buffers cannot be given back while they are mapped; numbers are brought into a control's range and steps, choices out of range are refused.
/// </summary>
public sealed class KernelVideo : IMappingCalls
{
    private readonly Lock _gate = new();
    private readonly List<VideoSensor> _sensors = [];
    private readonly Dictionary<int, VideoSensor> _open = [];
    private readonly Dictionary<nint, (VideoSensor Sensor, int Index)> _mapped = [];
    private int _nextDescriptor = 200;

    /// <summary>Files that are open: 0 when nothing leaks.</summary>
    public int OpenFiles => Locked(() => _open.Count);

    /// <summary>Buffers that are mapped: 0 when nothing leaks.</summary>
    public int Mappings => Locked(() => _mapped.Count);

    /// <summary>Connects a sensor.</summary>
    public VideoSensor Plug(VideoSensor sensor)
    {
        Locked(() =>
        {
            sensor.Gone = false;
            if (!_sensors.Contains(sensor))
            {
                _sensors.Add(sensor);
            }

            return 0;
        });
        return sensor;
    }

    /// <summary>Takes a sensor away: every call on its open files ends with ENODEV.</summary>
    public void Unplug(VideoSensor sensor) => Locked(() =>
    {
        sensor.Gone = true;
        _sensors.Remove(sensor);
        return 0;
    });

    /// <summary>The sensor exposes a frame.</summary>
    /// <returns>Whether a buffer took it.</returns>
    public bool Expose(VideoSensor sensor, ReadOnlySpan<byte> image, uint flags = V4l2Abi.MonotonicClock, int? bytesUsed = null)
    {
        lock (_gate)
        {
            if (!sensor.IsStreaming)
            {
                return false;
            }

            var sequence = sensor.Sequence++;
            if (sensor.Queued.Count == 0)
            {
                return false;
            }

            var buffer = sensor.Buffers[sensor.Queued.Dequeue()];
            Marshal.Copy(image.ToArray(), 0, buffer.Memory, image.Length);
            (buffer.Bytes, buffer.Flags, buffer.Sequence, buffer.Timestamp) = (bytesUsed ?? sensor.ImageBytes, flags, sequence, Stopwatch.GetTimestamp());
            sensor.Done.Enqueue(buffer.Index);
            return true;
        }
    }

    /// <summary>Whether a buffer would take the next frame.</summary>
    public bool IsReady(VideoSensor sensor) => Locked(() => sensor.IsStreaming && sensor.Queued.Count > 0);

    public IReadOnlyList<string> Devices(string prefix) => Locked(() => _sensors.Select(s => s.Path).Where(p => p.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList());

    public int Open(string path) => Locked(() =>
    {
        if (_sensors.Find(s => s.Path == path) is not { } sensor)
        {
            return -ErrorNumber.NoEntry;
        }

        if (sensor.OpenError != 0)
        {
            return -sensor.OpenError;
        }

        _open.Add(++_nextDescriptor, sensor);
        return _nextDescriptor;
    });

    public int Close(int descriptor) => Locked(() =>
    {
        if (!_open.Remove(descriptor, out var sensor))
        {
            return -ErrorNumber.BadDescriptor;
        }

        if (sensor.Owner == descriptor)
        {
            sensor.Stop();
            sensor.Owner = null;
        }

        return 0;
    });

    public int Read(int descriptor, Span<byte> buffer) => -ErrorNumber.InvalidArgument;

    public int Poll(ReadOnlySpan<int> descriptors, Span<PollEvents> events, int timeoutMilliseconds)
    {
        var until = Stopwatch.GetTimestamp() + (timeoutMilliseconds * Stopwatch.Frequency / 1000);
        while (true)
        {
            lock (_gate)
            {
                events[0] = !_open.TryGetValue(descriptors[0], out var sensor) ? PollEvents.Invalid
                    : sensor.Gone ? PollEvents.Error | PollEvents.HangUp
                    : !sensor.IsStreaming || sensor.SignalLost ? PollEvents.Error
                    : sensor.Done.Count > 0 ? PollEvents.In
                    : PollEvents.None;
            }

            if (events[0] != PollEvents.None)
            {
                return 1;
            }

            if (Stopwatch.GetTimestamp() >= until)
            {
                return 0;
            }

            Thread.Sleep(1);
        }
    }

    public int Map(int descriptor, long offset, nuint length, out nint address)
    {
        lock (_gate)
        {
            address = -1;
            if (!_open.TryGetValue(descriptor, out var sensor) || sensor.Buffers.Find(b => b.Offset == offset) is not { } buffer || (int)length != sensor.BufferBytes)
            {
                return -ErrorNumber.InvalidArgument;
            }

            address = buffer.Memory;
            _mapped.Add(address, (sensor, buffer.Index));
            return 0;
        }
    }

    public int Unmap(nint address, nuint length) => Locked(() => _mapped.Remove(address) ? 0 : -ErrorNumber.InvalidArgument);

    public int Ioctl(int descriptor, uint request, Span<byte> argument)
    {
        lock (_gate)
        {
            if (!_open.TryGetValue(descriptor, out var sensor))
            {
                return -ErrorNumber.BadDescriptor;
            }

            if (argument.Length != ((request >> 16) & 0x3FFF))
            {
                throw new InvalidOperationException($"ioctl {request:X} with {argument.Length} bytes: the kernel would write beyond them.");
            }

            return sensor.Gone ? -ErrorNumber.NoDevice : request switch
            {
                V4l2Abi.QueryCapabilities => Describe(sensor, argument),
                V4l2Abi.GetFormat or V4l2Abi.SetFormat => Format(sensor, request == V4l2Abi.SetFormat, argument),
                V4l2Abi.RequestBuffers => Request(sensor, descriptor, argument),
                V4l2Abi.QueryBuffer => Query(sensor, argument),
                V4l2Abi.Queue => Queue(sensor, argument),
                V4l2Abi.Dequeue => Dequeue(sensor, argument),
                V4l2Abi.StreamOn => sensor.Start(),
                V4l2Abi.StreamOff => sensor.Stop(),
                V4l2Abi.QueryControl => sensor.QueryControl(argument),
                V4l2Abi.GetControls or V4l2Abi.SetControls => Exchange(sensor, request == V4l2Abi.SetControls, argument),
                _ => -ErrorNumber.NotATypewriter,
            };
        }
    }

    private T Locked<T>(Func<T> work)
    {
        lock (_gate)
        {
            return work();
        }
    }

    private static int Describe(VideoSensor sensor, Span<byte> capability)
    {
        Text(capability[..16], sensor.Driver);
        Text(capability.Slice(16, 32), sensor.Card);
        Text(capability.Slice(48, 32), sensor.Bus);

        // The whole device can do more than this file.
        GpioAbi.Put(capability, 84, sensor.Capabilities | V4l2Abi.CanCapture | V4l2Abi.CanStream | V4l2Abi.HasDeviceCapabilities);
        GpioAbi.Put(capability, 88, sensor.Capabilities);
        return 0;
    }

    private static int Format(VideoSensor sensor, bool set, Span<byte> format)
    {
        if (GpioAbi.U32(format, 0) != V4l2Abi.Capture)
        {
            return -ErrorNumber.InvalidArgument;
        }

        if (set && sensor.Buffers.Count > 0)
        {
            return -ErrorNumber.Busy;
        }

        if (set && GpioAbi.U32(format, 16) == (uint)sensor.Format)
        {
            sensor.Resize((int)GpioAbi.U32(format, 8), (int)GpioAbi.U32(format, 12));
        }

        GpioAbi.Put(format, 8, (uint)sensor.Samples);
        GpioAbi.Put(format, 12, (uint)sensor.Lines);
        GpioAbi.Put(format, 16, (uint)sensor.Format);
        GpioAbi.Put(format, 20, V4l2Abi.Progressive);
        GpioAbi.Put(format, 24, (uint)sensor.Stride);
        GpioAbi.Put(format, 28, (uint)sensor.ImageBytes);
        return 0;
    }

    private int Request(VideoSensor sensor, int descriptor, Span<byte> request)
    {
        if (GpioAbi.U32(request, 4) != V4l2Abi.Capture || GpioAbi.U32(request, 8) != V4l2Abi.Mapped)
        {
            return -ErrorNumber.InvalidArgument;
        }

        if (sensor.IsStreaming || (sensor.Owner is { } owner && owner != descriptor) || _mapped.Values.Any(m => m.Sensor == sensor))
        {
            return -ErrorNumber.Busy;
        }

        var count = Math.Min((int)GpioAbi.U32(request, 0), sensor.MostBuffers);
        sensor.Allocate(count);
        sensor.Owner = count > 0 ? descriptor : null;
        GpioAbi.Put(request, 0, (uint)count);
        return 0;
    }

    private static int Query(VideoSensor sensor, Span<byte> buffer)
    {
        var index = (int)GpioAbi.U32(buffer, 0);
        if (index >= sensor.Buffers.Count)
        {
            return -ErrorNumber.InvalidArgument;
        }

        GpioAbi.Put(buffer, 64, (uint)sensor.Buffers[index].Offset);
        GpioAbi.Put(buffer, 72, (uint)sensor.BufferBytes);
        return 0;
    }

    private static int Queue(VideoSensor sensor, Span<byte> buffer)
    {
        var index = (int)GpioAbi.U32(buffer, 0);
        if (index >= sensor.Buffers.Count || GpioAbi.U32(buffer, 60) != V4l2Abi.Mapped || sensor.Queued.Contains(index) || sensor.Done.Contains(index))
        {
            return -ErrorNumber.InvalidArgument;
        }

        sensor.Queued.Enqueue(index);
        return 0;
    }

    private static int Dequeue(VideoSensor sensor, Span<byte> buffer)
    {
        if (!sensor.IsStreaming)
        {
            return -ErrorNumber.InvalidArgument;
        }

        if (sensor.SignalLost)
        {
            return -ErrorNumber.InputOutput;
        }

        if (!sensor.Done.TryDequeue(out var index))
        {
            return -ErrorNumber.Again;
        }

        var filled = sensor.Buffers[index];
        GpioAbi.Put(buffer, 0, (uint)index);
        GpioAbi.Put(buffer, 8, (uint)filled.Bytes);
        GpioAbi.Put(buffer, 12, filled.Flags);
        GpioAbi.Put(buffer, 24, (ulong)(filled.Timestamp / 1_000_000_000));
        GpioAbi.Put(buffer, 32, (ulong)(filled.Timestamp % 1_000_000_000 / 1000));
        GpioAbi.Put(buffer, 56, filled.Sequence);
        return 0;
    }

    private static int Exchange(VideoSensor sensor, bool set, Span<byte> controls)
    {
        if (GpioAbi.U32(controls, 4) != 1)
        {
            return -ErrorNumber.InvalidArgument;
        }

        var address = (nint)GpioAbi.U64(controls, 24);
        var bytes = new byte[V4l2Abi.ControlSize];
        Marshal.Copy(address, bytes, 0, bytes.Length);
        var result = sensor.Exchange(set, bytes);
        Marshal.Copy(bytes, 0, address, bytes.Length);
        return result;
    }

    private static void Text(Span<byte> target, string text) => Encoding.UTF8.GetBytes(text).CopyTo(target);
}
