namespace HsiEdge.Delivery.Record;

/// <summary>
/// LiteDB's data file, each page checked against <see cref="PageSums"/> when it is read. It is written only by checkpoints; <see cref="Flush"/>
/// syncs data and sums, so the log is emptied only after both are on the disk.
/// </summary>
internal sealed class DataStream : PageStream
{
    private readonly IBlockFile _file;
    private readonly string _path;
    private readonly PageSums? _sums;
    private readonly LogStream? _log;
    private long _pages;

    /// <summary>Makes a stream over a file, which stays the caller's.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="sums">What its pages have to be; null for a store that has no sums yet.</param>
    /// <param name="log">Its log, which has the first page when a checkpoint was cut short; null for none.</param>
    public DataStream(IBlockFile file, string path, PageSums? sums, LogStream? log)
    {
        (_file, _path, _sums, _log) = (file, path, sums, log);
        _pages = file.Length / PageBytes;
    }

    /// <summary>True while a checkpoint runs: LiteDB also writes a mark into the file when it finds it damaged, which would spoil it for readers.</summary>
    public bool IsCheckpoint { get; set; }

    /// <inheritdoc/>
    public override bool CanWrite => _sums is not null;

    /// <summary>Whole pages only: LiteDB would cut a torn end off by itself.</summary>
    public override long Length => _pages * PageBytes;

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException($"The data file is only ever written page by page, not set to {value} bytes.");

    /// <inheritdoc/>
    public override void Flush()
    {
        if (IsCheckpoint)
        {
            _file.FlushToDisk();
            _sums!.Flush();
        }
    }

    /// <inheritdoc/>
    protected override int ReadAt(Span<byte> buffer)
    {
        var number = Position / PageBytes;
        if (Position % PageBytes != 0 || buffer.Length != PageBytes)
        {
            throw new IOException($"{buffer.Length} bytes of the data file were asked for at {Position}.");
        }

        Position += PageBytes;

        // LiteDB reads the first page before it looks into the log; a checkpoint cut short may have torn it here.
        if (number == LitePage.Header && _log is not null && _log.TryReadLatest(LitePage.Header, buffer))
        {
            return PageBytes;
        }

        if (_file.Read(buffer, number * PageBytes) < PageBytes)
        {
            throw new PageDamageException(_path, number, $"the file ends before it, after {_file.Length} bytes");
        }

        return _sums is null || _sums.Fits(number, buffer) ? PageBytes : throw new PageDamageException(_path, number, "its checksum does not fit");
    }

    /// <inheritdoc/>
    protected override void WriteAt(ReadOnlySpan<byte> bytes)
    {
        if (!IsCheckpoint || _sums is null || Position % PageBytes != 0 || bytes.Length != PageBytes)
        {
            throw new IOException($"{bytes.Length} bytes were to be written to the data file at {Position} outside a checkpoint.");
        }

        var number = Position / PageBytes;
        _file.Write(bytes, Position);
        _sums.Set(number, bytes);
        _pages = Math.Max(_pages, number + 1);
        Position += PageBytes;
    }
}
