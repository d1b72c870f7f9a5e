namespace HsiEdge.Core.Envi;

/// <summary>Facts about <see cref="EnviDataType"/>.</summary>
public static class EnviDataTypes
{
    /// <summary>Bytes of one value: 1, 2, 4 or 8.</summary>
    /// <param name="type">The type.</param>
    public static int SizeBytes(this EnviDataType type) => type switch
    {
        EnviDataType.UInt8 => 1,
        EnviDataType.Int16 or EnviDataType.UInt16 => 2,
        EnviDataType.Int32 or EnviDataType.UInt32 or EnviDataType.Float32 => 4,
        EnviDataType.Float64 or EnviDataType.Int64 or EnviDataType.UInt64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not an ENVI data type"),
    };

    /// <summary>Whether values are floating point.</summary>
    /// <param name="type">The type.</param>
    public static bool IsFloatingPoint(this EnviDataType type) => type is EnviDataType.Float32 or EnviDataType.Float64;

    /// <summary>The type that stores a .NET number.</summary>
    /// <typeparam name="T">byte, short, int, float, double, ushort, uint, long or ulong.</typeparam>
    /// <exception cref="ArgumentException">ENVI has no such type.</exception>
    public static EnviDataType Of<T>()
        where T : unmanaged =>
        default(T) switch
        {
            byte => EnviDataType.UInt8,
            short => EnviDataType.Int16,
            int => EnviDataType.Int32,
            float => EnviDataType.Float32,
            double => EnviDataType.Float64,
            ushort => EnviDataType.UInt16,
            uint => EnviDataType.UInt32,
            long => EnviDataType.Int64,
            ulong => EnviDataType.UInt64,
            _ => throw new ArgumentException($"ENVI has no data type for {typeof(T).Name}."),
        };
}
