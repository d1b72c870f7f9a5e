using System.Buffers.Binary;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// A number in the snapshot lock's file that tells readers that the store was rewritten under them: odd while it is being rewritten, even otherwise. It is
/// raised before the first page changes, so whoever reads it unchanged after reading has read what belongs together.
/// </summary>
internal sealed class SnapshotEpoch : IDisposable
{
    private readonly string _path;

    private SnapshotEpoch(string path)
    {
        _path = path;
        Write(Read() | 1);
    }

    /// <summary>Begins to rewrite although readers may be open; disposing ends it.</summary>
    public static SnapshotEpoch Begin(StorePaths paths) => new(paths.SnapshotLock);

    /// <summary>Ends what a program that was killed has begun, and takes the few bytes that the number needs while the disk has them.</summary>
    public static void Settle(StorePaths paths)
    {
        try
        {
            var epoch = Of(paths);
            if (epoch == 0 || epoch % 2 != 0)
            {
                new SnapshotEpoch(paths.SnapshotLock).Dispose();
            }
        }
        catch (IOException)
        {
            // A disk that is full at the start is no reason not to start: whoever rewrites under a reader tries again, and fails loudly.
        }
    }

    /// <summary>The number now; 0 as long as nothing was ever rewritten under a reader.</summary>
    public static long Of(StorePaths paths) => Read(paths.SnapshotLock);

    /// <inheritdoc/>
    public void Dispose() => Write((Read() | 1) + 1);

    private static long Read(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        return RandomAccess.Read(file, bytes, 0) == bytes.Length ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;
    }

    private long Read() => Read(_path);

    private void Write(long value)
    {
        using var file = File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        RandomAccess.Write(file, bytes, 0);
    }
}
