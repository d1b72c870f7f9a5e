namespace HsiEdge.Devices.V4l2;

/// <summary>
/// The kernel's interface to video devices (include/uapi/linux/videodev2.h): request numbers, flags, and where the members of its structures stand on 64-bit
/// processors. All members are little-endian on the processors the box runs on.
/// </summary>
public static class V4l2Abi
{
    /// <summary>VIDIOC_QUERYCAP with struct v4l2_capability: driver 0, card 16, bus_info 48, capabilities 84, device_caps 88.</summary>
    public const uint QueryCapabilities = 0x80685600;

    /// <summary>VIDIOC_S_FMT with struct v4l2_format: type 0, width 8, height 12, pixelformat 16, field 20, bytesperline 24, sizeimage 28.</summary>
    public const uint SetFormat = 0xC0D05605;

    /// <summary>VIDIOC_G_FMT with struct v4l2_format.</summary>
    public const uint GetFormat = 0xC0D05604;

    /// <summary>VIDIOC_REQBUFS with struct v4l2_requestbuffers: count 0, type 4, memory 8.</summary>
    public const uint RequestBuffers = 0xC0145608;

    /// <summary>VIDIOC_QUERYBUF with struct v4l2_buffer: index 0, type 4, bytesused 8, flags 12, timestamp 24 (s) and 32 (µs), sequence 56, memory 60, offset 64, length 72.</summary>
    public const uint QueryBuffer = 0xC0585609;

    /// <summary>VIDIOC_QBUF with struct v4l2_buffer.</summary>
    public const uint Queue = 0xC058560F;

    /// <summary>VIDIOC_DQBUF with struct v4l2_buffer.</summary>
    public const uint Dequeue = 0xC0585611;

    /// <summary>VIDIOC_STREAMON with the type of buffer.</summary>
    public const uint StreamOn = 0x40045612;

    /// <summary>VIDIOC_STREAMOFF with the type of buffer.</summary>
    public const uint StreamOff = 0x40045613;

    /// <summary>VIDIOC_QUERY_EXT_CTRL with struct v4l2_query_ext_ctrl: id 0, type 4, name 8, minimum 40, maximum 48, step 56, flags 72, elems 80.</summary>
    public const uint QueryControl = 0xC0E85667;

    /// <summary>VIDIOC_G_EXT_CTRLS with struct v4l2_ext_controls: which 0, count 4, error_idx 8, controls 24 (address of struct v4l2_ext_control).</summary>
    public const uint GetControls = 0xC0205647;

    /// <summary>VIDIOC_S_EXT_CTRLS with struct v4l2_ext_controls.</summary>
    public const uint SetControls = 0xC0205648;

    /// <summary>Bytes of struct v4l2_capability.</summary>
    public const int CapabilitySize = 104;

    /// <summary>Bytes of struct v4l2_format.</summary>
    public const int FormatSize = 208;

    /// <summary>Bytes of struct v4l2_requestbuffers.</summary>
    public const int RequestSize = 20;

    /// <summary>Bytes of struct v4l2_buffer.</summary>
    public const int BufferSize = 88;

    /// <summary>Bytes of struct v4l2_query_ext_ctrl.</summary>
    public const int ControlQuerySize = 232;

    /// <summary>Bytes of struct v4l2_ext_controls.</summary>
    public const int ControlsSize = 32;

    /// <summary>Bytes of struct v4l2_ext_control, packed: id 0, size 4, value 12 (32 or 64 bits).</summary>
    public const int ControlSize = 20;

    /// <summary>V4L2_BUF_TYPE_VIDEO_CAPTURE.</summary>
    public const uint Capture = 1;

    /// <summary>V4L2_MEMORY_MMAP.</summary>
    public const uint Mapped = 1;

    /// <summary>V4L2_FIELD_NONE: whole frames.</summary>
    public const uint Progressive = 1;

    /// <summary>V4L2_CAP_VIDEO_CAPTURE.</summary>
    public const uint CanCapture = 0x1;

    /// <summary>V4L2_CAP_VIDEO_CAPTURE_MPLANE.</summary>
    public const uint CanCapturePlanes = 0x1000;

    /// <summary>V4L2_CAP_STREAMING.</summary>
    public const uint CanStream = 0x04000000;

    /// <summary>V4L2_CAP_DEVICE_CAPS: device_caps says what this file can do; capabilities speaks for the whole device.</summary>
    public const uint HasDeviceCapabilities = 0x80000000;

    /// <summary>V4L2_BUF_FLAG_ERROR: the data may be damaged.</summary>
    public const uint Damaged = 0x40;

    /// <summary>V4L2_BUF_FLAG_TIMESTAMP_MASK.</summary>
    public const uint ClockMask = 0xE000;

    /// <summary>V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC.</summary>
    public const uint MonotonicClock = 0x2000;

    /// <summary>V4L2_CTRL_FLAG_NEXT_CTRL: asks for the control after an id.</summary>
    public const uint NextControl = 0x80000000;

    /// <summary>V4L2_CTRL_FLAG_DISABLED.</summary>
    public const uint ControlDisabled = 0x1;

    /// <summary>V4L2_CTRL_FLAG_READ_ONLY.</summary>
    public const uint ControlReadOnly = 0x4;

    /// <summary>V4L2_CID_EXPOSURE_ABSOLUTE: its unit is 100 µs.</summary>
    public const uint ExposureAbsolute = 0x009A0902;
}
