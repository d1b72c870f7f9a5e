using HsiEdge.Delivery.Record;

namespace HsiEdge.Testing;

/// <summary>A disk that fills up or breaks on demand under the store's files; what was written before stays.</summary>
public sealed class FaultyDisk : IBlockDisk
{
    private const int SectorBytes = 512;

    private readonly IBlockDisk _inner;
    private readonly Lock _gate = new();
    private long _budget = long.MaxValue;
    private long _operations;
    private long _faultAt = long.MaxValue;

    /// <summary>Makes a disk over the operating system's.</summary>
    public FaultyDisk()
        : this(LocalDisk.Instance)
    {
    }

    /// <summary>Makes a disk over another.</summary>
    internal FaultyDisk(IBlockDisk inner) => _inner = inner;

    /// <summary>Only files whose name ends so are affected.</summary>
    public string Suffix { get; set; } = string.Empty;

    /// <summary>True: syncing fails, as a dying disk does, though writing seems to work.</summary>
    public bool FailFlush { get; set; }

    /// <summary>Bytes that can still be written before the disk is full.</summary>
    public long Budget
    {
        get => Interlocked.Read(ref _budget);
        set => Interlocked.Exchange(ref _budget, value);
    }

    /// <summary>Operations that change something or promise that it is durable, so far.</summary>
    public long Operations => Interlocked.Read(ref _operations);

    /// <summary>What the operation that <see cref="FailAt"/> chose was, such as <c>sync results.wal</c>; null until it came.</summary>
    public string? FailedOperation { get; private set; }

    private DiskFault Fault { get; set; }

    private bool IsPersistent { get; set; }

    /// <summary>Lets an operation fail.</summary>
    /// <param name="operation">Its number, from <see cref="Operations"/> on.</param>
    /// <param name="fault">How.</param>
    /// <param name="persistent">True: all after it fail as well, until <see cref="Mend"/>.</param>
    public void FailAt(long operation, DiskFault fault, bool persistent)
    {
        lock (_gate)
        {
            (_faultAt, Fault, IsPersistent, FailedOperation) = (operation, fault, persistent, null);
        }
    }

    /// <summary>The disk works again.</summary>
    public void Mend() => Interlocked.Exchange(ref _faultAt, long.MaxValue);

    /// <inheritdoc/>
    bool IBlockDisk.Exists(string path) => _inner.Exists(path);

    /// <inheritdoc/>
    IBlockFile IBlockDisk.Open(string path)
    {
        Before("open", path);
        return new FaultyFile(this, path, _inner.Open(path));
    }

    /// <inheritdoc/>
    void IBlockDisk.Move(string from, string to)
    {
        Before("move", to);
        _inner.Move(from, to);
    }

    /// <inheritdoc/>
    void IBlockDisk.Delete(string path)
    {
        Before("delete", path);
        _inner.Delete(path);
    }

    /// <inheritdoc/>
    void IBlockDisk.MakeFolder(string path)
    {
        Before("make", path);
        _inner.MakeFolder(path);
    }

    /// <inheritdoc/>
    void IBlockDisk.SyncFolder(string path)
    {
        Before("sync", path);
        _inner.SyncFolder(path);
    }

    private static IOException ErrorOf(DiskFault fault) =>
        new(fault is DiskFault.NoSpace or DiskFault.ShortWrite ? "No space left on device" : "Input/output error");

    private void Before(string operation, string path)
    {
        if (Fails(operation, path))
        {
            throw ErrorOf(Fault);
        }
    }

    private bool Fails(string operation, string path)
    {
        lock (_gate)
        {
            var number = _operations++;
            var fails = number == _faultAt || (IsPersistent && number > _faultAt);
            if (number == _faultAt)
            {
                FailedOperation = $"{operation} {Path.GetFileName(path)}";
            }

            return fails;
        }
    }

    private bool Affects(string path) => path.EndsWith(Suffix, StringComparison.Ordinal);

    private sealed class FaultyFile(FaultyDisk disk, string path, IBlockFile file) : IBlockFile
    {
        private readonly IBlockFile _file = file;
        private readonly Stack<(long Offset, byte[] Before, long Length)> _unsynced = [];

        public long Length => _file.Length;

        public int Read(Span<byte> buffer, long offset) => _file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            Remember(offset, bytes.Length);
            if (disk.Fails("write", path))
            {
                if (disk.Fault == DiskFault.ShortWrite)
                {
                    // A kernel stops at a block, never within a sector.
                    _file.Write(bytes[..(bytes.Length / 2 / SectorBytes * SectorBytes)], offset);
                }

                throw ErrorOf(disk.Fault);
            }

            if (!disk.Affects(path))
            {
                _file.Write(bytes, offset);
                return;
            }

            // As a kernel does: what fits is written, then the error comes.
            var fits = (int)Math.Clamp(Interlocked.Read(ref disk._budget), 0, bytes.Length);
            _file.Write(bytes[..fits], offset);
            Interlocked.Add(ref disk._budget, -fits);
            if (fits < bytes.Length)
            {
                throw new IOException("No space left on device");
            }
        }

        public void SetLength(long length)
        {
            disk.Before("truncate", path);
            Remember(length, (int)Math.Max(0, Math.Min(_file.Length - length, int.MaxValue)));
            _file.SetLength(length);
        }

        public void FlushToDisk()
        {
            if (disk.Fails("sync", path))
            {
                if (disk.Fault == DiskFault.SyncDrops)
                {
                    Drop();
                }

                throw ErrorOf(disk.Fault);
            }

            if (disk.FailFlush && disk.Affects(path))
            {
                throw new IOException("Input/output error");
            }

            _file.FlushToDisk();
            _unsynced.Clear();
        }

        public void Dispose() => _file.Dispose();

        private void Remember(long offset, int count)
        {
            if (disk.Fault == DiskFault.SyncDrops)
            {
                var before = new byte[count];
                var read = _file.Read(before, offset);
                _unsynced.Push((offset, before[..read], _file.Length));
            }
        }

        // As Linux may after a failed fsync: the pages count as clean, and what they held is gone with the next reclaim.
        private void Drop()
        {
            while (_unsynced.TryPop(out var write))
            {
                _file.Write(write.Before, write.Offset);
                _file.SetLength(write.Length);
            }
        }
    }
}

/// <summary>How a <see cref="FaultyDisk"/> fails.</summary>
public enum DiskFault
{
    /// <summary>ENOSPC, nothing done.</summary>
    NoSpace,

    /// <summary>ENOSPC after half of the bytes were written.</summary>
    ShortWrite,

    /// <summary>EIO, nothing done.</summary>
    InputOutput,

    /// <summary>EIO; at a sync everything not synced before is gone as well.</summary>
    SyncDrops,
}
