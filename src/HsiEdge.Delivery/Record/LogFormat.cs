using System.Buffers.Binary;
using System.Numerics;

namespace HsiEdge.Delivery.Record;

/// <summary>Bytes of the write-ahead log (little endian).</summary>
/// <remarks>
/// Version 2: a head of 4096 bytes, then frames of 8192 bytes page, u64 number, u32 checksum of the frame before, u32 checksum of this one. Head:
/// at 0 magic <c>HSIWAL02</c>, u64 salt, u32 CRC-32C of these; at 512, in a sector of its own, the mark: magic <c>HSIMARK1</c>, u64 salt, i64
/// frames known to be synced, u32 CRC-32C of these. A frame's checksum is CRC-32C over salt, checksum before, number and page: what an older
/// generation or a transaction that was taken back left behind never continues the chain. Version 1 (read until its log is next emptied): a head
/// of 16 bytes (magic <c>HSIWAL01</c>, salt), frames checked by themselves.
/// </remarks>
internal static class LogFormat
{
    public const int PageBytes = PageStream.PageBytes;
    public const int TrailerBytes = 16;
    public const int FrameBytes = PageBytes + TrailerBytes;
    public const int HeadBytes = 4096;
    public const int HeadBytesVersion1 = 16;
    public const int MarkOffset = 512;
    public const int MarkBytes = 512;

    private static readonly byte[] Magic = "HSIWAL02"u8.ToArray();
    private static readonly byte[] MagicVersion1 = "HSIWAL01"u8.ToArray();
    private static readonly byte[] MarkMagic = "HSIMARK1"u8.ToArray();

    /// <summary>Makes a head for an empty log.</summary>
    public static byte[] Head(ulong salt)
    {
        var head = new byte[HeadBytes];
        Magic.CopyTo(head, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(8), salt);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(16), Checksum(head.AsSpan(0, 16)));
        Mark(salt, 0).CopyTo(head, MarkOffset);
        return head;
    }

    /// <summary>Makes a head of version 1.</summary>
    public static byte[] HeadVersion1(ulong salt)
    {
        var head = new byte[HeadBytesVersion1];
        MagicVersion1.CopyTo(head, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(8), salt);
        return head;
    }

    /// <summary>Makes the mark's sector.</summary>
    public static byte[] Mark(ulong salt, long frames)
    {
        var mark = new byte[MarkBytes];
        MarkMagic.CopyTo(mark, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(mark.AsSpan(8), salt);
        BinaryPrimitives.WriteInt64LittleEndian(mark.AsSpan(16), frames);
        BinaryPrimitives.WriteUInt32LittleEndian(mark.AsSpan(24), Checksum(mark.AsSpan(0, 24)));
        return mark;
    }

    /// <summary>Reads a head; version 0 where it is none.</summary>
    public static (int Version, ulong Salt) ReadHead(ReadOnlySpan<byte> head)
    {
        if (head.Length >= HeadBytesVersion1 && head.StartsWith(MagicVersion1))
        {
            return (1, BinaryPrimitives.ReadUInt64LittleEndian(head[8..]));
        }

        return head.Length >= HeadBytes && head.StartsWith(Magic) && BinaryPrimitives.ReadUInt32LittleEndian(head[16..]) == Checksum(head[..16])
            ? (2, BinaryPrimitives.ReadUInt64LittleEndian(head[8..]))
            : (0, 0);
    }

    /// <summary>Reads the mark of a head; null where it is damaged or torn.</summary>
    public static (ulong Salt, long Frames)? ReadMark(ReadOnlySpan<byte> head)
    {
        if (head.Length < HeadBytes)
        {
            return null;
        }

        var mark = head.Slice(MarkOffset, MarkBytes);
        return mark.StartsWith(MarkMagic) && BinaryPrimitives.ReadUInt32LittleEndian(mark[24..]) == Checksum(mark[..24])
            ? (BinaryPrimitives.ReadUInt64LittleEndian(mark[8..]), BinaryPrimitives.ReadInt64LittleEndian(mark[16..]))
            : null;
    }

    /// <summary>Fills a frame's trailer.</summary>
    /// <returns>The frame's checksum.</returns>
    public static uint Seal(Span<byte> frame, int version, ulong salt, long number, uint before)
    {
        BinaryPrimitives.WriteInt64LittleEndian(frame[PageBytes..], number);
        if (version == 1)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(frame[(PageBytes + 8)..], FrameChecksumVersion1(frame, salt, number));
            BinaryPrimitives.WriteUInt32LittleEndian(frame[(PageBytes + 12)..], 0);
            return 0;
        }

        var checksum = FrameChecksum(frame, salt, number, before);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[(PageBytes + 8)..], before);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[(PageBytes + 12)..], checksum);
        return checksum;
    }

    /// <summary>Whether a frame is whole by itself, wherever the chain stands.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> frame, int version, ulong salt, long number) =>
        BinaryPrimitives.ReadInt64LittleEndian(frame[PageBytes..]) == number
        && (version == 1
            ? BinaryPrimitives.ReadUInt32LittleEndian(frame[(PageBytes + 8)..]) == FrameChecksumVersion1(frame, salt, number)
            : ChecksumOf(frame) == FrameChecksum(frame, salt, number, Before(frame)));

    /// <summary>The checksum that a frame says the one before it has.</summary>
    public static uint Before(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt32LittleEndian(frame[(PageBytes + 8)..]);

    /// <summary>A frame's own checksum.</summary>
    public static uint ChecksumOf(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt32LittleEndian(frame[(PageBytes + 12)..]);

    /// <summary>CRC-32C of bytes.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes) => ~Extend(uint.MaxValue, bytes);

    /// <summary>CRC-32C of a number and bytes.</summary>
    public static uint Checksum(ulong number, ReadOnlySpan<byte> bytes) => ~Extend(BitOperations.Crc32C(uint.MaxValue, number), bytes);

    private static uint FrameChecksumVersion1(ReadOnlySpan<byte> frame, ulong salt, long number) =>
        ~Extend(BitOperations.Crc32C(BitOperations.Crc32C(uint.MaxValue, salt), (ulong)number), frame[..PageBytes]);

    private static uint FrameChecksum(ReadOnlySpan<byte> frame, ulong salt, long number, uint before) =>
        ~Extend(BitOperations.Crc32C(BitOperations.Crc32C(BitOperations.Crc32C(uint.MaxValue, salt), before), (ulong)number), frame[..PageBytes]);

    private static uint Extend(uint crc, ReadOnlySpan<byte> bytes)
    {
        var whole = bytes.Length & ~7;
        for (var i = 0; i < whole; i += 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes[i..]));
        }

        foreach (var b in bytes[whole..])
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return crc;
    }
}
