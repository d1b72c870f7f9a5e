using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using HsiEdge.Core;

namespace HsiEdge.Inference.Onnx;

/// <summary>
/// Tensors to and from bytes: row-major, little-endian, one of the fixed-size element types. ONNX stores the same values either as
/// <c>raw_data</c> or in typed fields (8- and 16-bit types widened to <c>int32_data</c>); both are read, raw is written.
/// </summary>
public static class TensorCodec
{
    /// <summary>Bytes of one element; 0 for types that have no fixed whole-byte size (strings, 4-bit types) or are not supported.</summary>
    /// <param name="type">Element type.</param>
    public static int ElementSize(TensorProto.Types.DataType type) => type switch
    {
        TensorProto.Types.DataType.Uint8 or TensorProto.Types.DataType.Int8 or TensorProto.Types.DataType.Bool => 1,
        TensorProto.Types.DataType.Uint16 or TensorProto.Types.DataType.Int16 or TensorProto.Types.DataType.Float16 => 2,
        TensorProto.Types.DataType.Float or TensorProto.Types.DataType.Int32 or TensorProto.Types.DataType.Uint32 => 4,
        TensorProto.Types.DataType.Double or TensorProto.Types.DataType.Int64 or TensorProto.Types.DataType.Uint64 => 8,
        _ => 0,
    };

    /// <summary>Element type of a tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    public static TensorProto.Types.DataType ElementType(TensorProto tensor) => (TensorProto.Types.DataType)tensor.DataType;

    /// <summary>Number of elements by its dimensions; 1 for a scalar.</summary>
    /// <param name="dimensions">Extents, each ≥ 0.</param>
    /// <exception cref="BadInputException">A negative extent, or more elements than memory can hold.</exception>
    public static int ElementCount(IEnumerable<long> dimensions)
    {
        long count = 1;
        foreach (var extent in dimensions)
        {
            if (extent < 0 || extent > int.MaxValue || (extent != 0 && count > int.MaxValue / extent))
            {
                throw new BadInputException($"A tensor has the extent {extent}, or too many elements; expected 0 to {int.MaxValue} elements in all.");
            }

            count *= extent;
        }

        return (int)count;
    }

    /// <summary>A tensor's values as row-major little-endian bytes.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <exception cref="BadInputException">Element type without a fixed size, data elsewhere, or fewer or more values than its dimensions say.</exception>
    public static byte[] ToBytes(TensorProto tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var type = ElementType(tensor);
        var size = ElementSize(type);
        if (size == 0)
        {
            throw new BadInputException($"Tensor '{tensor.Name}' holds {type}; expected a numeric type of 8, 16, 32 or 64 bits.");
        }

        var bytes = tensor.HasRawData ? tensor.RawData.ToByteArray() : FromTypedFields(tensor, type);
        var expected = (long)ElementCount(tensor.Dims) * size;
        if (bytes.Length != expected)
        {
            throw new BadInputException(
                $"Tensor '{tensor.Name}' ({type}, [{string.Join(", ", tensor.Dims)}]) holds {bytes.Length} bytes; its dimensions ask for {expected}.");
        }

        return bytes;
    }

    /// <summary>A tensor's values as an array of its own element type.</summary>
    /// <typeparam name="T">The element type; must be the tensor's.</typeparam>
    /// <param name="tensor">The tensor.</param>
    public static T[] ToArray<T>(TensorProto tensor)
        where T : unmanaged
    {
        if (TypeOf<T>() != ElementType(tensor))
        {
            throw new BadInputException($"Tensor '{tensor.Name}' holds {ElementType(tensor)}; expected {TypeOf<T>()}.");
        }

        return MemoryMarshal.Cast<byte, T>(ToBytes(tensor)).ToArray();
    }

    /// <summary>Makes a tensor.</summary>
    /// <typeparam name="T">Element type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="values">Values, row-major.</param>
    /// <param name="dimensions">Extents; none for a scalar.</param>
    public static TensorProto Make<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<long> dimensions)
        where T : unmanaged
    {
        var tensor = new TensorProto { Name = name, DataType = (int)TypeOf<T>(), RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };
        foreach (var extent in dimensions)
        {
            tensor.Dims.Add(extent);
        }

        if (ElementCount(tensor.Dims) != values.Length)
        {
            throw new ArgumentException($"{values.Length} values for [{string.Join(", ", tensor.Dims)}].", nameof(values));
        }

        return tensor;
    }

    private static TensorProto.Types.DataType TypeOf<T>() => default(T) switch
    {
        float => TensorProto.Types.DataType.Float,
        double => TensorProto.Types.DataType.Double,
        byte => TensorProto.Types.DataType.Uint8,
        sbyte => TensorProto.Types.DataType.Int8,
        ushort => TensorProto.Types.DataType.Uint16,
        short => TensorProto.Types.DataType.Int16,
        int => TensorProto.Types.DataType.Int32,
        long => TensorProto.Types.DataType.Int64,
        uint => TensorProto.Types.DataType.Uint32,
        ulong => TensorProto.Types.DataType.Uint64,
        bool => TensorProto.Types.DataType.Bool,
        _ => throw new NotSupportedException($"No tensor element type for {typeof(T).Name}."),
    };

    private static byte[] FromTypedFields(TensorProto tensor, TensorProto.Types.DataType type)
    {
        switch (type)
        {
            case TensorProto.Types.DataType.Float:
                return MemoryMarshal.AsBytes<float>([.. tensor.FloatData]).ToArray();
            case TensorProto.Types.DataType.Double:
                return MemoryMarshal.AsBytes<double>([.. tensor.DoubleData]).ToArray();
            case TensorProto.Types.DataType.Int64:
                return MemoryMarshal.AsBytes<long>([.. tensor.Int64Data]).ToArray();
            case TensorProto.Types.DataType.Uint64:
                return MemoryMarshal.AsBytes<ulong>([.. tensor.Uint64Data]).ToArray();
            case TensorProto.Types.DataType.Uint32:
                return MemoryMarshal.AsBytes<uint>([.. tensor.Uint64Data.Select(v => NarrowToUInt32(tensor, v))]).ToArray();
            default:
                return Narrow(tensor.Int32Data, ElementSize(type));
        }
    }

    private static uint NarrowToUInt32(TensorProto tensor, ulong value) =>
        value <= uint.MaxValue ? (uint)value : throw new BadInputException($"Tensor '{tensor.Name}' (Uint32) holds {value}, above {uint.MaxValue}.");

    private static byte[] Narrow(RepeatedField<int> values, int size)
    {
        var bytes = new byte[values.Count * size];
        Span<byte> wide = stackalloc byte[sizeof(int)];
        for (var i = 0; i < values.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(wide, values[i]);
            wide[..size].CopyTo(bytes.AsSpan(i * size));
        }

        return bytes;
    }
}
