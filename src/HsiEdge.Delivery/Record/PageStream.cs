namespace HsiEdge.Delivery.Record;

/// <summary>
/// What the data and the log stream given to LiteDB have in common: whole pages of 8192 bytes at multiples of 8192. LiteDB wraps each stream
/// and locks it around setting the position and reading or writing.
/// </summary>
internal abstract class PageStream : Stream
{
    /// <summary>Bytes of a LiteDB page.</summary>
    public const int PageBytes = 8192;

    /// <inheritdoc/>
    public sealed override bool CanRead => true;

    /// <inheritdoc/>
    public sealed override bool CanSeek => true;

    /// <inheritdoc/>
    public sealed override long Position { get; set; }

    /// <inheritdoc/>
    public sealed override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc/>
    public sealed override int Read(byte[] buffer, int offset, int count) => ReadAt(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public sealed override void Write(byte[] buffer, int offset, int count) => WriteAt(buffer.AsSpan(offset, count));

    /// <summary>Reads at <see cref="Position"/> and advances it.</summary>
    protected abstract int ReadAt(Span<byte> buffer);

    /// <summary>Writes at <see cref="Position"/> and advances it.</summary>
    protected abstract void WriteAt(ReadOnlySpan<byte> bytes);
}
