using System.Diagnostics;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Proofs.Kill;

/// <summary>The victim's disk: real files, and SIGKILL at a chosen operation on them. SIGKILL leaves the kernel what was written; it takes the process alone.</summary>
internal sealed class KillDisk(KillPoint point, int operation) : IBlockDisk
{
    private const int AfterCut = 3;
    private int _left = operation;
    private int _cutOperations;

    /// <summary>Where the victim is.</summary>
    public KillStage Stage { get; set; } = KillStage.Opening;

    /// <summary>Opens a file.</summary>
    public IBlockFile Open(string path) => new KillFile(this, DiskFile.OpenWritable(path), path.EndsWith(".wal", StringComparison.Ordinal));

    /// <inheritdoc/>
    public bool Exists(string path) => LocalDisk.Instance.Exists(path);

    /// <inheritdoc/>
    public void Move(string from, string to)
    {
        Pass(log: false, cuts: false);
        LocalDisk.Instance.Move(from, to);
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        Pass(log: false, cuts: false);
        LocalDisk.Instance.Delete(path);
    }

    /// <inheritdoc/>
    public void MakeFolder(string path) => LocalDisk.Instance.MakeFolder(path);

    /// <inheritdoc/>
    public void SyncFolder(string path)
    {
        Pass(log: false, cuts: false);
        LocalDisk.Instance.SyncFolder(path);
    }

    private static void Die()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        using var never = new ManualResetEvent(initialState: false);
        never.WaitOne();
    }

    private bool IsHit(KillPoint at) => point == at && Interlocked.Decrement(ref _left) < 0;

    // Before an operation, and before the next: every gap between two operations is a place to die in.
    private void Pass(bool log, bool cuts)
    {
        var running = Stage == KillStage.Running;
        if (log && running && (cuts || Volatile.Read(ref _cutOperations) > 0))
        {
            Volatile.Write(ref _cutOperations, cuts ? AfterCut : _cutOperations - 1);
            DieIf(IsHit(KillPoint.Cut));
        }

        DieIf((Stage == KillStage.Opening && IsHit(KillPoint.Open))
            || (running && (!log || cuts) && IsHit(KillPoint.Checkpoint))
            || (Stage == KillStage.Stopping && IsHit(KillPoint.Stop)));
    }

    private static void DieIf(bool hit)
    {
        if (hit)
        {
            Die();
        }
    }

    private sealed class KillFile(KillDisk disk, DiskFile file, bool log) : IBlockFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset)
        {
            if (disk.Stage == KillStage.Opening)
            {
                disk.Pass(log, cuts: false);
            }

            return file.Read(buffer, offset);
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            disk.Pass(log, cuts: false);
            if (log && disk.Stage == KillStage.Running && disk.IsHit(KillPoint.Write))
            {
                file.Write(bytes[..(bytes.Length / 2)], offset);
                Die();
            }

            file.Write(bytes, offset);
        }

        public void SetLength(long length)
        {
            disk.Pass(log, cuts: true);
            file.SetLength(length);
        }

        public void FlushToDisk()
        {
            disk.Pass(log, cuts: false);
            DieIf(log && disk.Stage == KillStage.Running && disk.IsHit(KillPoint.Sync));
            file.FlushToDisk();
            DieIf(log && disk.Stage == KillStage.Running && disk.IsHit(KillPoint.Sync));
        }

        public void Dispose() => file.Dispose();
    }
}

/// <summary>Stages of a victim's life.</summary>
internal enum KillStage
{
    /// <summary>The store opens.</summary>
    Opening,

    /// <summary>It is written to.</summary>
    Running,

    /// <summary>It is closed.</summary>
    Stopping,
}
