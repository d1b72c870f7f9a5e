namespace HsiEdge.Core.Envi;

/// <summary>Order of the bytes of a value; the number is ENVI's code (key <c>byte order</c>).</summary>
public enum EnviByteOrder
{
    /// <summary>Least significant byte first (Intel).</summary>
    LittleEndian = 0,

    /// <summary>Most significant byte first (network order).</summary>
    BigEndian = 1,
}
