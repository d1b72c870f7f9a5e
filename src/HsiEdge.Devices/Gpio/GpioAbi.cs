using System.Buffers.Binary;
using System.Text;

namespace HsiEdge.Devices.Gpio;

/// <summary>
/// The second version of the kernel's GPIO character device (include/uapi/linux/gpio.h, since Linux 5.10): request numbers, flags, and where the members of its
/// structures stand. All members are little-endian on the processors the box runs on.
/// </summary>
public static class GpioAbi
{
    /// <summary>GPIO_GET_CHIPINFO_IOCTL with struct gpiochip_info.</summary>
    public const uint GetChipInfo = 0x8044B401;

    /// <summary>GPIO_V2_GET_LINEINFO_IOCTL with struct gpio_v2_line_info.</summary>
    public const uint GetLineInfo = 0xC100B405;

    /// <summary>GPIO_V2_GET_LINE_IOCTL with struct gpio_v2_line_request.</summary>
    public const uint GetLine = 0xC250B407;

    /// <summary>GPIO_V2_LINE_GET_VALUES_IOCTL with struct gpio_v2_line_values.</summary>
    public const uint GetValues = 0xC010B40E;

    /// <summary>Bytes of struct gpiochip_info: name 0, label 32, lines 64.</summary>
    public const int ChipInfoSize = 68;

    /// <summary>Bytes of struct gpio_v2_line_info: name 0, consumer 32, offset 64, num_attrs 68, flags 72.</summary>
    public const int LineInfoSize = 256;

    /// <summary>Bytes of struct gpio_v2_line_request: offsets 0, consumer 256, config 288, num_lines 560, event_buffer_size 564, fd 588.</summary>
    public const int LineRequestSize = 592;

    /// <summary>Bytes of struct gpio_v2_line_values: bits 0, mask 8.</summary>
    public const int LineValuesSize = 16;

    /// <summary>Bytes of struct gpio_v2_line_event: timestamp_ns 0, id 8, offset 12, seqno 16, line_seqno 20.</summary>
    public const int LineEventSize = 48;

    /// <summary>Most lines of one request.</summary>
    public const int MostLines = 64;

    /// <summary>Bytes of a name, its ending zero included.</summary>
    public const int NameSize = 32;

    /// <summary>Where the consumer's name stands in a request.</summary>
    public const int RequestConsumer = 256;

    /// <summary>Where the flags for all lines stand in a request.</summary>
    public const int RequestFlags = 288;

    /// <summary>Where the number of attributes stands in a request.</summary>
    public const int RequestAttributeCount = 296;

    /// <summary>Where the first attribute stands in a request: id 0, padding 4, value 8, mask of lines 16.</summary>
    public const int RequestAttributes = 320;

    /// <summary>Bytes of an attribute of a request.</summary>
    public const int AttributeSize = 24;

    /// <summary>Most attributes of a request.</summary>
    public const int MostAttributes = 10;

    /// <summary>Where the number of lines stands in a request.</summary>
    public const int RequestLineCount = 560;

    /// <summary>Where the size of the event queue stands in a request; 0 is 16 a line.</summary>
    public const int RequestEventBuffer = 564;

    /// <summary>Where the kernel puts the file of the requested lines.</summary>
    public const int RequestDescriptor = 588;

    /// <summary>GPIO_V2_LINE_ATTR_ID_FLAGS.</summary>
    public const uint AttributeFlags = 1;

    /// <summary>GPIO_V2_LINE_ATTR_ID_DEBOUNCE: µs.</summary>
    public const uint AttributeDebounce = 3;

    /// <summary>GPIO_V2_LINE_EVENT_RISING_EDGE: the line became active.</summary>
    public const uint Rising = 1;

    /// <summary>GPIO_V2_LINE_EVENT_FALLING_EDGE: the line became inactive.</summary>
    public const uint Falling = 2;

    /// <summary>Reads a name.</summary>
    /// <param name="bytes">The structure.</param>
    /// <param name="at">Where it stands.</param>
    public static string Name(ReadOnlySpan<byte> bytes, int at)
    {
        var name = bytes.Slice(at, NameSize);
        var end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }

    /// <summary>Reads a 32-bit member.</summary>
    /// <param name="bytes">The structure.</param>
    /// <param name="at">Where it stands.</param>
    public static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    /// <summary>Reads a 64-bit member.</summary>
    /// <param name="bytes">The structure.</param>
    /// <param name="at">Where it stands.</param>
    public static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    /// <summary>Writes a 32-bit member.</summary>
    /// <param name="bytes">The structure.</param>
    /// <param name="at">Where it stands.</param>
    /// <param name="value">Its value.</param>
    public static void Put(Span<byte> bytes, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], value);

    /// <summary>Writes a 64-bit member.</summary>
    /// <param name="bytes">The structure.</param>
    /// <param name="at">Where it stands.</param>
    /// <param name="value">Its value.</param>
    public static void Put(Span<byte> bytes, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(bytes[at..], value);

    /// <summary>Writes a name, cut to what fits.</summary>
    /// <param name="bytes">The structure.</param>
    /// <param name="at">Where it stands.</param>
    /// <param name="name">The name.</param>
    public static void Put(Span<byte> bytes, int at, string name)
    {
        var target = bytes.Slice(at, NameSize);
        target.Clear();
        var encoded = Encoding.UTF8.GetBytes(name);
        encoded.AsSpan(0, Math.Min(encoded.Length, NameSize - 1)).CopyTo(target);
    }
}
