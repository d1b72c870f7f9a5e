using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// LiteDB's write-ahead log with what LiteDB lacks: every page is framed with its number and a CRC-32C over the page, its number and the log's
/// salt, so that a torn or stale page is recognised; and a caller can wait until LiteDB's background writer has handed over all pages of a
/// transaction and then sync them once.
/// </summary>
/// <remarks>
/// File: 8 bytes magic, 8 bytes salt; then frames of 8192 bytes page, u64 page number, u32 CRC-32C, u32 zero (little endian). The salt changes
/// each time the log is cut to nothing. A write that fails is kept as a fault and thrown by <see cref="WaitAndSync"/> on the store's thread:
/// thrown into LiteDB's background writer it would make that writer wait for itself for ever.
/// </remarks>
internal sealed class LogStream : PageStream
{
    private const int HeaderBytes = 16;
    private const int TrailerBytes = 16;
    private const int FrameBytes = PageBytes + TrailerBytes;
    private static readonly byte[] Magic = "HSIWAL01"u8.ToArray();

    private readonly IBlockFile _file;
    private readonly bool _writable;
    private readonly object _gate = new();
    private readonly byte[] _frame = new byte[FrameBytes];
    private ulong _salt;
    private long _pages;
    private Exception? _fault;

    /// <summary>Opens the log over a file, which stays the caller's, and finds its last whole page.</summary>
    /// <param name="file">The file; an empty one becomes an empty log when writable.</param>
    /// <param name="writable">False: never writes; the length is taken now.</param>
    public LogStream(IBlockFile file, bool writable)
    {
        _file = file;
        _writable = writable;
        Scan();
    }

    /// <summary>What was found beyond the last whole page when the log was opened.</summary>
    public LogTail Tail { get; private set; } = new(0, 0);

    /// <inheritdoc/>
    public override bool CanWrite => _writable;

    /// <inheritdoc/>
    public override long Length
    {
        get
        {
            lock (_gate)
            {
                return _pages * PageBytes;
            }
        }
    }

    /// <summary>Drops everything from a length on: the unfinished end found at opening, or a transaction that could not be made durable.</summary>
    /// <param name="length">Bytes to keep, a multiple of the page size.</param>
    public void CutTo(long length)
    {
        lock (_gate)
        {
            _file.SetLength(HeaderBytes + (length / PageBytes * FrameBytes));
            _file.FlushToDisk();
            _pages = length / PageBytes;
            _fault = null;
        }
    }

    /// <summary>Returns once all pages up to a length are written and on the disk.</summary>
    /// <param name="length">LiteDB's own length of the log after a commit.</param>
    /// <param name="patience">How long LiteDB's background writer may take.</param>
    /// <exception cref="IOException">A page could not be written or synced.</exception>
    public void WaitAndSync(long length, TimeSpan patience)
    {
        lock (_gate)
        {
            while (_fault is null && _pages * PageBytes < length)
            {
                if (!Monitor.Wait(_gate, patience))
                {
                    throw new IOException($"The log's writer handed over {_pages * PageBytes} of {length} bytes within {patience.TotalSeconds:0} s.");
                }
            }

            if (_fault is not null)
            {
                throw new IOException(_fault.Message, _fault);
            }
        }

        _file.FlushToDisk();
    }

    /// <summary>Does nothing: <see cref="WaitAndSync"/> syncs, once a transaction.</summary>
    public override void Flush()
    {
    }

    /// <summary>LiteDB cuts the log to nothing after a checkpoint.</summary>
    public override void SetLength(long value)
    {
        if (!_writable)
        {
            throw new NotSupportedException("The store is open for reading only.");
        }

        if (value != 0)
        {
            throw new NotSupportedException($"The log is only ever cut to nothing, not to {value} bytes.");
        }

        lock (_gate)
        {
            Begin();
        }
    }

    /// <inheritdoc/>
    protected override int ReadAt(Span<byte> buffer)
    {
        lock (_gate)
        {
            var page = Position / PageBytes;
            if (Position % PageBytes != 0 || buffer.Length != PageBytes || page >= _pages)
            {
                throw new IOException($"A page of the log was asked for at {Position} of {_pages * PageBytes} bytes.");
            }

            if (!TryReadFrame(page))
            {
                throw new IOException($"Page {page} of the log is damaged: its checksum does not fit.");
            }

            _frame.AsSpan(0, PageBytes).CopyTo(buffer);
            Position += PageBytes;
            return PageBytes;
        }
    }

    /// <inheritdoc/>
    protected override void WriteAt(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var page = Position / PageBytes;
            Position += bytes.Length;
            if (_fault is not null)
            {
                return;
            }

            try
            {
                if (bytes.Length != PageBytes || page != _pages)
                {
                    throw new IOException($"{bytes.Length} bytes for page {page} of the log; expected {PageBytes} for page {_pages}.");
                }

                bytes.CopyTo(_frame);
                BinaryPrimitives.WriteInt64LittleEndian(_frame.AsSpan(PageBytes), page);
                BinaryPrimitives.WriteUInt32LittleEndian(_frame.AsSpan(PageBytes + 8), Checksum(page));
                BinaryPrimitives.WriteUInt32LittleEndian(_frame.AsSpan(PageBytes + 12), 0);
                _file.Write(_frame, OffsetOf(page));
                _pages = page + 1;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                _fault = exception;
            }

            Monitor.PulseAll(_gate);
        }
    }

    private static long OffsetOf(long page) => HeaderBytes + (page * FrameBytes);

    private void Scan()
    {
        var header = new byte[HeaderBytes];
        var read = _file.Read(header, 0);
        if (read < HeaderBytes || !header.AsSpan(0, Magic.Length).SequenceEqual(Magic))
        {
            if (read == HeaderBytes && header.AsSpan().ContainsAnyExcept((byte)0))
            {
                throw new InvalidDataException("It does not begin as a log of this program does.");
            }

            if (_writable)
            {
                Begin();
            }

            return;
        }

        _salt = BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(8));
        var frames = (_file.Length - HeaderBytes + FrameBytes - 1) / FrameBytes;
        while (_pages < frames && TryReadFrame(_pages))
        {
            _pages++;
        }

        long whole = 0;
        for (var page = _pages + 1; page < frames; page++)
        {
            whole += TryReadFrame(page) ? 1 : 0;
        }

        Tail = new LogTail(_file.Length - OffsetOf(_pages), whole);
    }

    private void Begin()
    {
        _salt = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), _salt);
        _file.Write(header, 0);
        _file.SetLength(HeaderBytes);
        _pages = 0;
    }

    private bool TryReadFrame(long page) =>
        _file.Read(_frame, OffsetOf(page)) == FrameBytes
        && BinaryPrimitives.ReadInt64LittleEndian(_frame.AsSpan(PageBytes)) == page
        && BinaryPrimitives.ReadUInt32LittleEndian(_frame.AsSpan(PageBytes + 8)) == Checksum(page);

    private uint Checksum(long page)
    {
        var crc = BitOperations.Crc32C(BitOperations.Crc32C(uint.MaxValue, _salt), (ulong)page);
        for (var i = 0; i < PageBytes; i += 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(_frame.AsSpan(i)));
        }

        return ~crc;
    }
}

/// <summary>The end of a log beyond its last whole page.</summary>
/// <param name="Bytes">Bytes there; a few after a power cut, when nothing of it was acknowledged.</param>
/// <param name="WholePages">Whole pages after the first damaged one: more than none hints at damage in the middle.</param>
internal sealed record LogTail(long Bytes, long WholePages);
