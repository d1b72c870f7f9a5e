namespace HsiEdge.Core.Envi;

/// <summary>Type of the stored values; the number is ENVI's code (key <c>data type</c>). The complex types 6 and 9 are refused.</summary>
public enum EnviDataType
{
    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8 = 1,

    /// <summary>Signed 16-bit integer.</summary>
    Int16 = 2,

    /// <summary>Signed 32-bit integer.</summary>
    Int32 = 3,

    /// <summary>IEEE 754 single precision.</summary>
    Float32 = 4,

    /// <summary>IEEE 754 double precision.</summary>
    Float64 = 5,

    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16 = 12,

    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32 = 13,

    /// <summary>Signed 64-bit integer.</summary>
    Int64 = 14,

    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64 = 15,
}
