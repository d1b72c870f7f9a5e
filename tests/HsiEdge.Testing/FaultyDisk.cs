using HsiEdge.Delivery.Record;

namespace HsiEdge.Testing;

/// <summary>A disk that fills up or breaks on demand under the store's files; what was written before stays.</summary>
public sealed class FaultyDisk
{
    private long _budget = long.MaxValue;

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

    /// <summary>Opens a file on this disk.</summary>
    internal IBlockFile Open(string path) => new FaultyFile(this, path);

    private bool Affects(string path) => path.EndsWith(Suffix, StringComparison.Ordinal);

    private sealed class FaultyFile(FaultyDisk disk, string path) : IBlockFile
    {
        private readonly DiskFile _file = DiskFile.OpenWritable(path);

        public long Length => _file.Length;

        public int Read(Span<byte> buffer, long offset) => _file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
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

        public void SetLength(long length) => _file.SetLength(length);

        public void FlushToDisk()
        {
            if (disk.FailFlush && disk.Affects(path))
            {
                throw new IOException("Input/output error");
            }

            _file.FlushToDisk();
        }

        public void Dispose() => _file.Dispose();
    }
}
