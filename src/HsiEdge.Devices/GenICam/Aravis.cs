using System.Runtime.InteropServices;

namespace HsiEdge.Devices.GenICam;

/// <summary>The calls of libaravis 0.8 (and of GObject beneath it) that the camera adapter makes. Strings returned by a "get" belong to the library.</summary>
internal static partial class Aravis
{
    /// <summary>The library, as Debian's libaravis-0.8-0 installs it.</summary>
    public const string Library = "libaravis-0.8.so.0";

    private const string Objects = "libgobject-2.0.so.0";
    private const string Base = "libglib-2.0.so.0";

    /// <summary>ARV_GV_STREAM_OPTION_PACKET_SOCKET_DISABLED: the plain UDP socket, which loopback needs and an unprivileged user has.</summary>
    public const int PacketSocketDisabled = 1;

    /// <summary>G_TYPE_INT.</summary>
    private const int IntegerType = 6 << 2;

    [LibraryImport(Library, EntryPoint = "arv_update_device_list")]
    public static partial void UpdateDeviceList();

    [LibraryImport(Library, EntryPoint = "arv_get_n_devices")]
    public static partial uint DeviceCount();

    [LibraryImport(Library, EntryPoint = "arv_get_device_id")]
    public static partial nint DeviceId(uint index);

    [LibraryImport(Library, EntryPoint = "arv_get_device_vendor")]
    public static partial nint DeviceVendor(uint index);

    [LibraryImport(Library, EntryPoint = "arv_get_device_model")]
    public static partial nint DeviceModel(uint index);

    [LibraryImport(Library, EntryPoint = "arv_get_device_serial_nbr")]
    public static partial nint DeviceSerial(uint index);

    [LibraryImport(Library, EntryPoint = "arv_get_device_address")]
    public static partial nint DeviceAddress(uint index);

    [LibraryImport(Library, EntryPoint = "arv_get_device_protocol")]
    public static partial nint DeviceProtocol(uint index);

    [LibraryImport(Library, EntryPoint = "arv_camera_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint NewCamera(string id, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_camera_get_device")]
    public static partial nint DeviceOf(nint camera);

    [LibraryImport(Library, EntryPoint = "arv_camera_is_gv_device")]
    public static partial int IsGigE(nint camera);

    [LibraryImport(Library, EntryPoint = "arv_gv_device_is_controller")]
    public static partial int IsController(nint device);

    [LibraryImport(Library, EntryPoint = "arv_camera_gv_set_stream_options")]
    public static partial void SetStreamOptions(nint camera, int options);

    [LibraryImport(Library, EntryPoint = "arv_camera_gv_set_packet_size")]
    public static partial void SetPacketSize(nint camera, int bytes, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_camera_gv_auto_packet_size")]
    public static partial uint FindPacketSize(nint camera, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_camera_gv_set_packet_delay")]
    public static partial void SetPacketDelay(nint camera, long nanoseconds, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_camera_get_payload")]
    public static partial uint Payload(nint camera, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_camera_create_stream")]
    public static partial nint CreateStream(nint camera, nint callback, nint userData, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_camera_start_acquisition")]
    public static partial void StartAcquisition(nint camera, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_camera_stop_acquisition")]
    public static partial void StopAcquisition(nint camera, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_device_is_feature_implemented", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int IsImplemented(nint device, string feature, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_device_get_feature", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Feature(nint device, string feature);

    [LibraryImport(Library, EntryPoint = "arv_gc_integer_get_type")]
    public static partial nuint IntegerFeatureType();

    [LibraryImport(Library, EntryPoint = "arv_gc_float_get_type")]
    public static partial nuint FloatFeatureType();

    [LibraryImport(Library, EntryPoint = "arv_gc_boolean_get_type")]
    public static partial nuint BooleanFeatureType();

    [LibraryImport(Library, EntryPoint = "arv_gc_enumeration_get_type")]
    public static partial nuint EnumerationFeatureType();

    [LibraryImport(Library, EntryPoint = "arv_device_execute_command", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void Execute(nint device, string feature, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_device_set_boolean_feature_value", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetBoolean(nint device, string feature, int value, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_device_get_boolean_feature_value", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetBoolean(nint device, string feature, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_device_set_string_feature_value", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetText(nint device, string feature, string value, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_device_get_string_feature_value", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint GetText(nint device, string feature, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_device_set_integer_feature_value", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetInteger(nint device, string feature, long value, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_device_get_integer_feature_value", StringMarshalling = StringMarshalling.Utf8)]
    public static partial long GetInteger(nint device, string feature, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_device_get_integer_feature_bounds", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void IntegerBounds(nint device, string feature, out long minimum, out long maximum, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_device_set_float_feature_value", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetFloat(nint device, string feature, double value, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_device_get_float_feature_value", StringMarshalling = StringMarshalling.Utf8)]
    public static partial double GetFloat(nint device, string feature, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_device_get_float_feature_bounds", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void FloatBounds(nint device, string feature, out double minimum, out double maximum, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_device_set_range_check_policy")]
    public static partial void SetRangeCheck(nint device, int policy);

    [LibraryImport(Library, EntryPoint = "arv_device_set_access_check_policy")]
    public static partial void SetAccessCheck(nint device, int policy);

    [LibraryImport(Library, EntryPoint = "arv_device_read_register")]
    public static partial int ReadRegister(nint device, ulong address, out uint value, out nint error);

    [LibraryImport(Library, EntryPoint = "arv_buffer_new_allocate")]
    public static partial nint NewBuffer(nuint bytes);

    [LibraryImport(Library, EntryPoint = "arv_stream_push_buffer")]
    public static partial void PushBuffer(nint stream, nint buffer);

    [LibraryImport(Library, EntryPoint = "arv_stream_timeout_pop_buffer")]
    public static partial nint PopBuffer(nint stream, ulong timeoutMicroseconds);

    [LibraryImport(Library, EntryPoint = "arv_stream_get_statistics")]
    public static partial void Statistics(nint stream, out ulong completed, out ulong failures, out ulong underruns);

    [LibraryImport(Library, EntryPoint = "arv_gv_stream_get_statistics")]
    public static partial void PacketStatistics(nint stream, out ulong resent, out ulong missing);

    [LibraryImport(Library, EntryPoint = "arv_buffer_get_status")]
    public static partial int Status(nint buffer);

    [LibraryImport(Library, EntryPoint = "arv_buffer_get_image_data")]
    public static partial nint ImageData(nint buffer, out nuint bytes);

    [LibraryImport(Library, EntryPoint = "arv_buffer_get_image_width")]
    public static partial int ImageWidth(nint buffer);

    [LibraryImport(Library, EntryPoint = "arv_buffer_get_image_height")]
    public static partial int ImageHeight(nint buffer);

    [LibraryImport(Library, EntryPoint = "arv_buffer_get_image_pixel_format")]
    public static partial uint ImageFormat(nint buffer);

    [LibraryImport(Library, EntryPoint = "arv_buffer_get_frame_id")]
    public static partial ulong FrameId(nint buffer);

    [LibraryImport(Library, EntryPoint = "arv_buffer_set_frame_id")]
    public static partial void SetFrameId(nint buffer, ulong id);

    [LibraryImport(Library, EntryPoint = "arv_buffer_set_timestamp")]
    public static partial void SetDeviceTimestamp(nint buffer, ulong nanoseconds);

    [LibraryImport(Library, EntryPoint = "arv_buffer_get_timestamp")]
    public static partial ulong DeviceTimestamp(nint buffer);

    [LibraryImport(Objects, EntryPoint = "g_object_unref")]
    public static partial void Release(nint instance);

    [LibraryImport(Objects, EntryPoint = "g_type_check_instance_is_a")]
    public static partial int IsA(nint instance, nuint type);

    /// <summary>Sets an integer or enumeration property of an object.</summary>
    public static void SetProperty(nint instance, string name, int value)
    {
        var boxed = default(Value);
        _ = InitializeValue(ref boxed, IntegerType);
        SetInteger(ref boxed, value);
        SetProperty(instance, name, ref boxed);
    }

    /// <summary>A string that belongs to the library.</summary>
    public static string Text(nint text) => Marshal.PtrToStringUTF8(text) ?? "";

    /// <summary>Throws what a call reported, and frees it.</summary>
    /// <exception cref="AravisException">The call failed.</exception>
    public static void Check(nint error)
    {
        if (error == 0)
        {
            return;
        }

        var found = Marshal.PtrToStructure<Error>(error);
        var exception = new AravisException(Text(QuarkText(found.Domain)), found.Code, Text(found.Message));
        FreeError(error);
        throw exception;
    }

    /// <summary>Forgets what a call reported.</summary>
    /// <returns>Whether it had succeeded.</returns>
    public static bool Succeeded(nint error)
    {
        if (error == 0)
        {
            return true;
        }

        FreeError(error);
        return false;
    }

    [LibraryImport(Objects, EntryPoint = "g_value_init")]
    private static partial nint InitializeValue(ref Value value, nuint type);

    [LibraryImport(Objects, EntryPoint = "g_value_set_int")]
    private static partial void SetInteger(ref Value value, int number);

    [LibraryImport(Objects, EntryPoint = "g_object_set_property", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void SetProperty(nint instance, string name, ref Value value);

    [LibraryImport(Base, EntryPoint = "g_quark_to_string")]
    private static partial nint QuarkText(uint quark);

    [LibraryImport(Base, EntryPoint = "g_error_free")]
    private static partial void FreeError(nint error);

    [StructLayout(LayoutKind.Sequential)]
    private struct Value
    {
        public nuint Type;
        public ulong First;
        public ulong Second;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Error
    {
        public uint Domain;
        public int Code;
        public nint Message;
    }
}
