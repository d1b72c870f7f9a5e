using HsiEdge.Delivery.Record;

namespace HsiEdge.Testing;

/// <summary>Writes down, in order, everything that the store does to a disk; what an inner disk refuses has not happened.</summary>
/// <param name="inner">The disk that does it.</param>
internal sealed class RecordingDisk(IBlockDisk inner) : IBlockDisk
{
    private readonly Lock _gate = new();
    private readonly List<DiskOperation> _operations = [];

    /// <summary>What was done so far.</summary>
    public IReadOnlyList<DiskOperation> Operations
    {
        get
        {
            lock (_gate)
            {
                return [.. _operations];
            }
        }
    }

    /// <summary>Number of operations so far.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _operations.Count;
            }
        }
    }

    /// <inheritdoc/>
    public bool Exists(string path) => inner.Exists(path);

    /// <inheritdoc/>
    public IBlockFile Open(string path)
    {
        var isNew = !inner.Exists(path);
        var file = inner.Open(path);
        if (isNew)
        {
            Add(new DiskOperation(DiskOperationKind.Create, path));
        }

        return new RecordedFile(this, path, file);
    }

    /// <inheritdoc/>
    public void Move(string from, string to) => Do(() => inner.Move(from, to), new DiskOperation(DiskOperationKind.Move, from) { To = to });

    /// <inheritdoc/>
    public void Delete(string path)
    {
        if (inner.Exists(path))
        {
            Do(() => inner.Delete(path), new DiskOperation(DiskOperationKind.Delete, path));
        }
    }

    /// <inheritdoc/>
    public void MakeFolder(string path) => inner.MakeFolder(path);

    /// <inheritdoc/>
    public void SyncFolder(string path) => Do(() => inner.SyncFolder(path), new DiskOperation(DiskOperationKind.SyncFolder, path));

    private void Do(Action action, DiskOperation operation)
    {
        // Under one lock, so that the order written down is the order done.
        lock (_gate)
        {
            action();
            _operations.Add(operation);
        }
    }

    private void Add(DiskOperation operation)
    {
        lock (_gate)
        {
            _operations.Add(operation);
        }
    }

    private sealed class RecordedFile(RecordingDisk disk, string path, IBlockFile file) : IBlockFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            var copy = bytes.ToArray();
            disk.Do(() => file.Write(copy, offset), new DiskOperation(DiskOperationKind.Write, path) { Offset = offset, Bytes = copy });
        }

        public void SetLength(long length)
        {
            // Cutting a file to the length it has is no operation of the disk's.
            if (file.Length != length)
            {
                disk.Do(() => file.SetLength(length), new DiskOperation(DiskOperationKind.SetLength, path) { Offset = length });
            }
        }

        public void FlushToDisk() => disk.Do(file.FlushToDisk, new DiskOperation(DiskOperationKind.Sync, path));

        public void Dispose() => file.Dispose();
    }
}

/// <summary>One thing done to a disk.</summary>
/// <param name="Kind">What.</param>
/// <param name="Path">To which file or folder.</param>
internal sealed record DiskOperation(DiskOperationKind Kind, string Path)
{
    /// <summary>Where a write begins, or the new length.</summary>
    public long Offset { get; init; }

    /// <summary>What was written.</summary>
    public byte[] Bytes { get; init; } = [];

    /// <summary>New name.</summary>
    public string To { get; init; } = string.Empty;
}

/// <summary>Kinds of <see cref="DiskOperation"/>.</summary>
internal enum DiskOperationKind
{
    /// <summary>A file's name came to be.</summary>
    Create,

    /// <summary>Bytes were written.</summary>
    Write,

    /// <summary>A file was cut or extended.</summary>
    SetLength,

    /// <summary>A file was synced.</summary>
    Sync,

    /// <summary>A file was renamed.</summary>
    Move,

    /// <summary>A file was removed.</summary>
    Delete,

    /// <summary>A folder was synced.</summary>
    SyncFolder,
}
