using HsiEdge.Delivery.Record;

namespace HsiEdge.Tests.Watch;

/// <summary>A disk under the store's files that stops answering, as a dying one does: writes and syncs begin and do not return until it is let go.</summary>
internal sealed class HangingDisk : IBlockDisk, IDisposable
{
    private readonly ManualResetEventSlim _answers = new(initialState: true);

    public void Hang() => _answers.Reset();

    public void LetGo() => _answers.Set();

    public bool Exists(string path) => LocalDisk.Instance.Exists(path);

    public IBlockFile Open(string path) => new HangingFile(this, LocalDisk.Instance.Open(path));

    public void Move(string from, string to) => LocalDisk.Instance.Move(from, to);

    public void Delete(string path) => LocalDisk.Instance.Delete(path);

    public void MakeFolder(string path) => LocalDisk.Instance.MakeFolder(path);

    public void SyncFolder(string path) => LocalDisk.Instance.SyncFolder(path);

    public void Dispose() => _answers.Dispose();

    private sealed class HangingFile(HangingDisk disk, IBlockFile file) : IBlockFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            disk._answers.Wait();
            file.Write(bytes, offset);
        }

        public void SetLength(long length) => file.SetLength(length);

        public void FlushToDisk()
        {
            disk._answers.Wait();
            file.FlushToDisk();
        }

        public void Dispose() => file.Dispose();
    }
}
