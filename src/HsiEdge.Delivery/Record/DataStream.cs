namespace HsiEdge.Delivery.Record;

/// <summary>LiteDB's data file. It is written only by checkpoints; <see cref="Flush"/> syncs, so the log is cut only after the data is on disk.</summary>
internal sealed class DataStream : PageStream
{
    private readonly IBlockFile _file;
    private readonly bool _writable;
    private readonly long _readableLength;

    /// <summary>Makes a stream over a file, which stays the caller's.</summary>
    /// <param name="file">The file.</param>
    /// <param name="writable">False: the length is taken now, cut to whole pages, and writing throws.</param>
    public DataStream(IBlockFile file, bool writable)
    {
        _file = file;
        _writable = writable;
        _readableLength = file.Length / PageBytes * PageBytes;
    }

    /// <inheritdoc/>
    public override bool CanWrite => _writable;

    /// <inheritdoc/>
    public override long Length => _writable ? _file.Length : _readableLength;

    /// <inheritdoc/>
    public override void SetLength(long value) => Writable().SetLength(value);

    /// <inheritdoc/>
    public override void Flush()
    {
        if (_writable)
        {
            _file.FlushToDisk();
        }
    }

    /// <inheritdoc/>
    protected override int ReadAt(Span<byte> buffer)
    {
        var read = _file.Read(buffer, Position);
        Position += read;
        return read;
    }

    /// <inheritdoc/>
    protected override void WriteAt(ReadOnlySpan<byte> bytes)
    {
        Writable().Write(bytes, Position);
        Position += bytes.Length;
    }

    private IBlockFile Writable() => _writable ? _file : throw new NotSupportedException("The store is open for reading only.");
}
