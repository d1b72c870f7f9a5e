using System.Security.Cryptography;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// LiteDB's write-ahead log with what LiteDB lacks: every page is framed with a checksum that continues that of the frame before, so that a
/// torn or stale page is recognised; a caller can wait until LiteDB's background writer has handed over all pages of a transaction and then
/// sync them once; and a mark in the head says how much was synced, so that a damaged end is told from one that was never finished.
/// </summary>
/// <remarks>
/// Bytes: <see cref="LogFormat"/>. The salt changes each time the log is emptied, and nothing is appended before that is on the disk. A write
/// that fails is kept as a fault and thrown by <see cref="WaitAndSync"/> on the store's thread: thrown into LiteDB's background writer it would
/// make that writer wait for itself for ever.
/// </remarks>
internal sealed class LogStream : PageStream
{
    private readonly IBlockFile _file;
    private readonly bool _writable;
    private readonly object _gate = new();
    private readonly byte[] _frame = new byte[LogFormat.FrameBytes];
    private readonly Dictionary<uint, long> _latest = [];
    private readonly List<uint> _checksums = [];
    private int _version = 2;
    private ulong _salt;
    private long _marked;
    private Exception? _fault;

    /// <summary>Opens the log over a file, which stays the caller's, and finds its last whole page. Writes nothing.</summary>
    /// <param name="file">The file.</param>
    /// <param name="writable">False: never writes; the length is taken now.</param>
    /// <exception cref="InvalidDataException">The file is no log, or its head is damaged.</exception>
    public LogStream(IBlockFile file, bool writable)
    {
        _file = file;
        _writable = writable;
        Scan();
    }

    /// <summary>What was found when the log was opened.</summary>
    public LogTail Tail { get; private set; } = new(0, 0, 0, HeadMended: false, IsMarked: true, MarkDamaged: false);

    /// <summary>Version of the file's format.</summary>
    public int Version => _version;

    /// <summary>The highest page number in the log when it was opened; −1 for none.</summary>
    public long HighestPage => _latest.Count == 0 ? -1 : _latest.Keys.Max();

    /// <summary>Whether a page's latest version stood in the log when it was opened: the data file's own copy may be torn.</summary>
    public bool Covers(uint pageId) => _latest.ContainsKey(pageId);

    /// <inheritdoc/>
    public override bool CanWrite => _writable;

    /// <inheritdoc/>
    public override long Length
    {
        get
        {
            lock (_gate)
            {
                return (long)_checksums.Count * PageBytes;
            }
        }
    }

    /// <summary>Makes a file an empty log, durably.</summary>
    public static void Create(IBlockFile file)
    {
        file.SetLength(0);
        file.Write(LogFormat.Head(NewSalt()), 0);
        file.FlushToDisk();
    }

    /// <summary>Makes a file an empty log as version 1 knew it, durably.</summary>
    public static void CreateFirstVersion(IBlockFile file)
    {
        file.Write(LogFormat.HeadVersion1(NewSalt()), 0);
        file.SetLength(LogFormat.HeadBytesVersion1);
        file.FlushToDisk();
    }

    /// <summary>Reads the latest committed version that the log had of a page when it was opened.</summary>
    /// <returns>False when it had none.</returns>
    public bool TryReadLatest(uint pageId, Span<byte> buffer)
    {
        lock (_gate)
        {
            if (!_latest.TryGetValue(pageId, out var number))
            {
                return false;
            }

            ReadFrame(number, buffer);
            return true;
        }
    }

    /// <summary>
    /// Makes an opened log ready for writing, durably: drops the unfinished end and, when given, all from a length on. What was whole but
    /// perhaps never synced is written once more, since the sync before may have failed: the next one would not try those pages again.
    /// </summary>
    /// <param name="keepLength">Bytes to keep at most, a multiple of the page size: where a transaction began that was reported as failed.</param>
    public void Settle(long? keepLength)
    {
        lock (_gate)
        {
            var keep = Math.Min(_checksums.Count, (keepLength ?? long.MaxValue) / PageBytes);
            if (keep == 0)
            {
                (_version, _marked) = (2, 0);
                _file.Write(LogFormat.Head(_salt), 0);
            }
            else if (Tail.HeadMended || Tail.MarkDamaged || keep < _marked)
            {
                _marked = Math.Min(keep, _marked);
                var head = LogFormat.Head(_salt);
                LogFormat.Mark(_salt, _marked).CopyTo(head, LogFormat.MarkOffset);
                _file.Write(head, 0);
            }

            for (var number = Math.Min(_marked, keep); number < keep; number++)
            {
                ReadWhole(number);
                _file.Write(_frame, OffsetOf(number));
            }

            _file.SetLength(OffsetOf(keep));
            _file.FlushToDisk();
            if (keep < _checksums.Count)
            {
                // What the cut transaction said of a page is forgotten with it.
                _checksums.Clear();
                _latest.Clear();
                ScanFrames(keep);
            }

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
            while (_fault is null && (long)_checksums.Count * PageBytes < length)
            {
                if (!Monitor.Wait(_gate, patience))
                {
                    throw new IOException($"The log's writer handed over {(long)_checksums.Count * PageBytes} of {length} bytes within {patience.TotalSeconds:0} s.");
                }
            }

            if (_fault is not null)
            {
                throw new IOException(_fault.Message, _fault);
            }

            _file.FlushToDisk();
            if (_version == 2 && _marked < _checksums.Count)
            {
                // After the sync and without one of its own: on the disk the mark never says more than is there.
                try
                {
                    _file.Write(LogFormat.Mark(_salt, _checksums.Count), LogFormat.MarkOffset);
                    _marked = _checksums.Count;
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    // The transaction is on the disk and stays acknowledged. The mark says too little until the next one, never too much.
                }
            }
        }
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
            // Synced before anything is cut or appended: otherwise a power cut could leave the old head with old frames of which a few are
            // overwritten, and an old version of some pages would be taken over the newer data file; or an old mark over a log that is gone.
            (_version, _salt, _marked) = (2, NewSalt(), 0);
            _file.Write(LogFormat.Head(_salt), 0);
            _file.FlushToDisk();
            _file.SetLength(LogFormat.HeadBytes);
            _checksums.Clear();
            _latest.Clear();
        }
    }

    /// <inheritdoc/>
    protected override int ReadAt(Span<byte> buffer)
    {
        lock (_gate)
        {
            var number = Position / PageBytes;
            if (Position % PageBytes != 0 || buffer.Length != PageBytes || number >= _checksums.Count)
            {
                throw new IOException($"A page of the log was asked for at {Position} of {(long)_checksums.Count * PageBytes} bytes.");
            }

            ReadFrame(number, buffer);
            Position += PageBytes;
            return PageBytes;
        }
    }

    /// <inheritdoc/>
    protected override void WriteAt(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var number = Position / PageBytes;
            Position += bytes.Length;
            if (_fault is not null)
            {
                return;
            }

            try
            {
                if (bytes.Length != PageBytes || number != _checksums.Count)
                {
                    throw new IOException($"{bytes.Length} bytes for page {number} of the log; expected {PageBytes} for page {_checksums.Count}.");
                }

                bytes.CopyTo(_frame);
                var checksum = LogFormat.Seal(_frame, _version, _salt, number, Before(number));
                _file.Write(_frame, OffsetOf(number));
                _checksums.Add(checksum);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                _fault = exception;
            }

            Monitor.PulseAll(_gate);
        }
    }

    private static ulong NewSalt() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    private long OffsetOf(long number) => (_version == 1 ? LogFormat.HeadBytesVersion1 : LogFormat.HeadBytes) + (number * LogFormat.FrameBytes);

    private uint Before(long number) => number == 0 ? 0 : _checksums[(int)number - 1];

    private void Scan()
    {
        var head = new byte[LogFormat.HeadBytes];
        var read = _file.Read(head, 0);
        (_version, _salt) = LogFormat.ReadHead(head.AsSpan(0, read));
        var mark = LogFormat.ReadMark(head.AsSpan(0, read));
        var mended = _version == 0 && mark is not null;
        var marked = mark is { } seen && (mended || (_version == 2 && seen.Salt == _salt));
        if (mended)
        {
            (_version, _salt) = (2, mark!.Value.Salt);
        }

        if (_version == 0)
        {
            throw new InvalidDataException($"The write-ahead log does not begin as one of this program does: its first {read} bytes are damaged.");
        }

        _marked = marked ? mark!.Value.Frames : 0;
        var frames = Math.Max(0, (_file.Length - OffsetOf(0) + LogFormat.FrameBytes - 1) / LogFormat.FrameBytes);
        ScanFrames(frames);
        long whole = 0;
        for (var number = _checksums.Count + 1L; number < frames; number++)
        {
            whole += TryReadFrame(number) ? 1 : 0;
        }

        Tail = new LogTail(Math.Max(0, _file.Length - OffsetOf(_checksums.Count)), whole, Math.Max(0, _marked - _checksums.Count), mended, marked, _version == 2 && mark is null);
    }

    private void ScanFrames(long frames)
    {
        var open = new Dictionary<uint, List<(uint Page, long Number)>>();
        for (var number = 0L; number < frames && TryReadFrame(number) && (_version == 1 || LogFormat.Before(_frame) == Before(number)); number++)
        {
            _checksums.Add(LogFormat.ChecksumOf(_frame));
            var transaction = LitePage.Transaction(_frame);
            if (!open.TryGetValue(transaction, out var pages))
            {
                open[transaction] = pages = [];
            }

            pages.Add((LitePage.Id(_frame), number));
            if (LitePage.Confirms(_frame))
            {
                pages.ForEach(p => _latest[p.Page] = p.Number);
                open.Remove(transaction);
            }
        }
    }

    private void ReadFrame(long number, Span<byte> buffer)
    {
        ReadWhole(number);
        _frame.AsSpan(0, PageBytes).CopyTo(buffer);
    }

    private void ReadWhole(long number)
    {
        if (!TryReadFrame(number) || (_version == 2 && LogFormat.ChecksumOf(_frame) != _checksums[(int)number]))
        {
            throw new IOException($"Page {number} of the log is damaged: its checksum does not fit.");
        }
    }

    private bool TryReadFrame(long number) =>
        _file.Read(_frame, OffsetOf(number)) == LogFormat.FrameBytes && LogFormat.IsWhole(_frame, _version, _salt, number);
}
