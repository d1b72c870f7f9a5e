using System.Buffers.Binary;

namespace HsiEdge.Delivery.Record;

/// <summary>The fields of LiteDB 5's pages that the store looks at (LiteDB's BasePage, HeaderPage).</summary>
internal static class LitePage
{
    /// <summary>Page number of the data file's first page.</summary>
    public const uint Header = 0;

    /// <summary>When the data file was made, in the header page only.</summary>
    public static long Created(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadInt64LittleEndian(header[68..]);

    /// <summary>Which page this is.</summary>
    public static uint Id(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt32LittleEndian(page);

    /// <summary>Transaction that wrote it, in the log only.</summary>
    public static uint Transaction(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt32LittleEndian(page[14..]);

    /// <summary>Whether it ends its transaction, in the log only.</summary>
    public static bool Confirms(ReadOnlySpan<byte> page) => page[18] != 0;
}
