using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.GenICam;

namespace HsiEdge.Devices.Scene;

/// <summary>
/// libaravis' own GigE Vision camera of software: a real device on the network whose frames are filled by us. Its trigger register stands for the software trigger and
/// for the trigger line alike; it is looked at many times a millisecond, and a trigger that comes before the last one was taken is lost, as on a camera that is busy.
/// </summary>
internal sealed unsafe partial class FakeCamera : IDisposable
{
    private const uint WidthRegister = 0x100;
    private const uint HeightRegister = 0x104;
    private const uint FramePeriodRegister = 0x138;
    private const uint PixelFormatRegister = 0x128;
    private const uint TriggerRegister = 0x30c;
    private const int ControlPort = 3956;
    private const double TriggerPollHertz = 2000;
    private readonly nint _device;
    private readonly nint _camera;
    private readonly GCHandle _self;
    private readonly FrameFiller _fill;

    private FakeCamera(nint device, FrameFiller fill)
    {
        _device = device;
        _camera = FakeOf(device);
        _fill = fill;
        _self = GCHandle.Alloc(this);
        SetFill(_camera, &Fill, GCHandle.ToIntPtr(_self));
        SetTriggerFrequency(_camera, TriggerPollHertz);
    }

    /// <summary>Fills one frame.</summary>
    /// <param name="exposureMicroseconds">What the exposure register holds.</param>
    /// <param name="pixels">Receives the counts.</param>
    public delegate void FrameFiller(double exposureMicroseconds, Span<ushort> pixels);

    /// <summary>Puts a camera on a network address.</summary>
    /// <param name="address">Address of an interface of this host.</param>
    /// <param name="serial">Its serial number.</param>
    /// <param name="genicamPath">Its description.</param>
    /// <param name="lines">Lines of a frame.</param>
    /// <param name="samples">Samples of a line.</param>
    /// <param name="fill">Fills each frame, on the camera's own thread.</param>
    /// <exception cref="CameraFaultException">libaravis is missing, or the address cannot be used.</exception>
    public static FakeCamera Serve(string address, string serial, string genicamPath, int lines, int samples, FrameFiller fill)
    {
        RefuseShared(address);
        var device = NewDevice(address, serial, genicamPath);
        if (device == 0 || IsRunning(device) == 0)
        {
            throw new CameraFaultException($"No camera can be served at {address}: it is no address of this host, or another camera is there (one an address).");
        }

        var camera = new FakeCamera(device, fill);
        camera.Write(WidthRegister, (uint)samples);
        camera.Write(HeightRegister, (uint)lines);
        camera.Write(PixelFormatRegister, (uint)GenICamPixelFormat.Mono16);
        camera.Write(FramePeriodRegister, 40_000);
        return camera;
    }

    /// <summary>The library shares the control port with whoever has it: two cameras at one address would answer in turns.</summary>
    private static void RefuseShared(string address)
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ExclusiveAddressUse = true };
            probe.Bind(new IPEndPoint(IPAddress.Parse(address), ControlPort));
        }
        catch (FormatException e)
        {
            throw new CameraFaultException($"No camera can be served at '{address}': it is no IPv4 address.", e);
        }
        catch (SocketException e)
        {
            throw new CameraFaultException($"No camera can be served at {address}: {e.Message}. It is no address of this host, or another camera is there (one an address).", e);
        }
    }

    /// <summary>The library's description of its camera.</summary>
    /// <exception cref="CameraFaultException">libaravis is missing.</exception>
    public static string Description()
    {
        try
        {
            var camera = NewFake("description");
            try
            {
                var text = GenicamXml(camera, out var bytes);
                return Marshal.PtrToStringUTF8(text, checked((int)bytes));
            }
            finally
            {
                Aravis.Release(camera);
            }
        }
        catch (DllNotFoundException e)
        {
            throw new CameraFaultException($"{Aravis.Library} is not installed; install the Debian package libaravis-0.8-0, then start again.", e);
        }
    }

    /// <summary>Writes a register of the camera.</summary>
    public void Write(uint address, uint value) => _ = WriteRegister(_camera, address, value);

    /// <summary>Reads a register of the camera.</summary>
    public uint Read(uint address) => ReadRegister(_camera, address, out var value) != 0 ? value : 0;

    /// <summary>The trigger line goes active.</summary>
    public void Trigger() => Write(TriggerRegister, 1);

    /// <inheritdoc/>
    public void Dispose()
    {
        Aravis.Release(_device);
        _self.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Fill(nint buffer, nint self, uint exposureMicroseconds, uint gain, uint format)
    {
        var camera = (FakeCamera)GCHandle.FromIntPtr(self).Target!;
        var (width, height) = (Aravis.ImageWidth(buffer), Aravis.ImageHeight(buffer));
        var data = BufferData(buffer, out _);

        // While it is filled the buffer does not know its size yet; it is what the format takes.
        if (format == (uint)GenICamPixelFormat.Mono16)
        {
            camera._fill(exposureMicroseconds, new Span<ushort>((void*)data, width * height));
        }
    }

    [LibraryImport(Aravis.Library, EntryPoint = "arv_fake_camera_new", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint NewFake(string serial);

    [LibraryImport(Aravis.Library, EntryPoint = "arv_fake_camera_get_genicam_xml")]
    private static partial nint GenicamXml(nint camera, out nuint bytes);

    [LibraryImport(Aravis.Library, EntryPoint = "arv_gv_fake_camera_new_full", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint NewDevice(string address, string serial, string genicamPath);

    [LibraryImport(Aravis.Library, EntryPoint = "arv_gv_fake_camera_is_running")]
    private static partial int IsRunning(nint device);

    [LibraryImport(Aravis.Library, EntryPoint = "arv_gv_fake_camera_get_fake_camera")]
    private static partial nint FakeOf(nint device);

    [LibraryImport(Aravis.Library, EntryPoint = "arv_fake_camera_set_fill_pattern")]
    private static partial void SetFill(nint camera, delegate* unmanaged[Cdecl]<nint, nint, uint, uint, uint, void> fill, nint data);

    [LibraryImport(Aravis.Library, EntryPoint = "arv_fake_camera_set_trigger_frequency")]
    private static partial void SetTriggerFrequency(nint camera, double hertz);

    [LibraryImport(Aravis.Library, EntryPoint = "arv_fake_camera_write_register")]
    private static partial int WriteRegister(nint camera, uint address, uint value);

    [LibraryImport(Aravis.Library, EntryPoint = "arv_fake_camera_read_register")]
    private static partial int ReadRegister(nint camera, uint address, out uint value);

    [LibraryImport(Aravis.Library, EntryPoint = "arv_buffer_get_data")]
    private static partial nint BufferData(nint buffer, out nuint bytes);
}
