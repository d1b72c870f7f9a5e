using System.Runtime.InteropServices;
using HsiEdge.Devices.Gpio;
using HsiEdge.Devices.Kernel;
using HsiEdge.Devices.V4l2;

namespace HsiEdge.Testing;

/// <summary>A sensor and its driver behind <see cref="KernelVideo"/>.</summary>
public sealed class VideoSensor
{
    private const int Page = 4096;
    private readonly List<Control> _controls = [];

    public string Path { get; set; } = "/dev/video0";

    public string Driver { get; init; } = "tegra-video";

    public string Card { get; init; } = "vi-output, swir 9-0036";

    public string Bus { get; init; } = "platform:tegra-capture-vi:1";

    public uint Capabilities { get; init; } = V4l2Abi.CanCapture | V4l2Abi.CanStream;

    public V4l2PixelFormat Format { get; init; } = V4l2PixelFormat.Y12;

    public int Lines { get; private set; } = 4;

    public int Samples { get; private set; } = 6;

    /// <summary>Bytes that the receiver adds to each line.</summary>
    public int Padding { get; init; } = 20;

    public int MostBuffers { get; init; } = 32;

    /// <summary>Largest frame that the sensor has.</summary>
    public int MostLines { get; init; } = 512;

    public int OpenError { get; set; }

    /// <summary>Whether the receiver reports EIO.</summary>
    public bool SignalLost { get; set; }

    public bool Gone { get; set; }

    public bool IsStreaming { get; private set; }

    public int Starts { get; private set; }

    public int Stride => V4l2Unpacker.LineBytes(Format, Samples) + Padding;

    public int ImageBytes => Stride * Lines;

    public int BufferBytes => (ImageBytes + Page - 1) / Page * Page;

    /// <summary>Controls set so far, in their order.</summary>
    public List<(string Name, long Value)> Writes { get; } = [];

    internal int? Owner { get; set; }

    internal uint Sequence { get; set; }

    internal List<Buffer> Buffers { get; } = [];

    internal Queue<int> Queued { get; } = new();

    internal Queue<int> Done { get; } = new();

    /// <summary>Another program streams from it.</summary>
    public void Occupy() => Owner = -1;

    /// <summary>The number that the next frame has.</summary>
    public void CountFrom(uint sequence) => Sequence = sequence;

    /// <summary>Gives it a control; they are listed in order of their numbers. Types: 1 integer, 2 boolean, 3 menu, 5 64-bit integer, 6 a class heading.</summary>
    public VideoSensor With(uint id, string name, uint type, long minimum, long maximum, long step = 1, uint flags = 0)
    {
        _controls.Add(new Control(id, name, type, minimum, maximum, step, flags) { Value = minimum });
        _controls.Sort((a, b) => a.Id.CompareTo(b.Id));
        return this;
    }

    public long ValueOf(string name) => _controls.Single(c => c.Name == name).Value;

    /// <summary>The bytes of a frame.</summary>
    /// <param name="count">The count of each line and sample.</param>
    public byte[] Image(Func<int, int, int> count)
    {
        var image = new byte[ImageBytes];
        Array.Fill(image, (byte)0xA5);
        for (var line = 0; line < Lines; line++)
        {
            for (var sample = 0; sample < Samples; sample++)
            {
                BitConverter.TryWriteBytes(image.AsSpan((line * Stride) + (sample * 2)), (ushort)count(line, sample));
            }
        }

        return image;
    }

    internal void Resize(int samples, int lines)
    {
        // Drivers keep to what the sensor has.
        (Samples, Lines) = (Math.Clamp(samples, 2, 640) & ~1, Math.Clamp(lines, 1, MostLines));
    }

    internal void Allocate(int count)
    {
        foreach (var buffer in Buffers)
        {
            Marshal.FreeHGlobal(buffer.Memory);
        }

        Buffers.Clear();
        Queued.Clear();
        Done.Clear();
        for (var i = 0; i < count; i++)
        {
            Buffers.Add(new Buffer(i, (long)i * BufferBytes, Marshal.AllocHGlobal(BufferBytes)));
        }
    }

    internal int Start()
    {
        if (Queued.Count == 0)
        {
            return -ErrorNumber.InvalidArgument;
        }

        (IsStreaming, Sequence) = (true, 0);
        Starts++;
        return 0;
    }

    internal int Stop()
    {
        IsStreaming = false;
        Queued.Clear();
        Done.Clear();
        return 0;
    }

    internal int QueryControl(Span<byte> query)
    {
        var asked = GpioAbi.U32(query, 0);
        var id = asked & ~V4l2Abi.NextControl;
        var control = (asked & V4l2Abi.NextControl) != 0 ? _controls.Find(c => c.Id > id) : _controls.Find(c => c.Id == id);
        if (control is null)
        {
            return -ErrorNumber.InvalidArgument;
        }

        GpioAbi.Put(query, 0, control.Id);
        GpioAbi.Put(query, 4, control.Type);
        GpioAbi.Put(query, 8, control.Name);
        GpioAbi.Put(query, 40, (ulong)control.Minimum);
        GpioAbi.Put(query, 48, (ulong)control.Maximum);
        GpioAbi.Put(query, 56, (ulong)control.Step);
        GpioAbi.Put(query, 72, control.Flags);
        GpioAbi.Put(query, 80, 1u);
        return 0;
    }

    internal int Exchange(bool set, Span<byte> one)
    {
        var id = GpioAbi.U32(one, 0);
        if (_controls.Find(c => c.Id == id) is not { Type: not 6 } control)
        {
            return -ErrorNumber.InvalidArgument;
        }

        var is64 = control.Type == 5;
        if (set)
        {
            var asked = is64 ? (long)GpioAbi.U64(one, 12) : (int)GpioAbi.U32(one, 12);
            if (control.Type == 3 && (asked < control.Minimum || asked > control.Maximum))
            {
                return -ErrorNumber.OutOfRange;
            }

            var within = Math.Clamp(asked, control.Minimum, control.Maximum);
            control.Value = control.Minimum + ((within - control.Minimum + (control.Step / 2)) / control.Step * control.Step);
            Writes.Add((control.Name, control.Value));
        }

        if (is64)
        {
            GpioAbi.Put(one, 12, (ulong)control.Value);
        }
        else
        {
            GpioAbi.Put(one, 12, (uint)control.Value);
        }

        return 0;
    }

    internal sealed record Buffer(int Index, long Offset, nint Memory)
    {
        public int Bytes { get; set; }

        public uint Flags { get; set; }

        public uint Sequence { get; set; }

        public long Timestamp { get; set; }
    }

    private sealed record Control(uint Id, string Name, uint Type, long Minimum, long Maximum, long Step, uint Flags)
    {
        public long Value { get; set; }
    }
}
