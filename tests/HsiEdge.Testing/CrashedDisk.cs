namespace HsiEdge.Testing;

/// <summary>
/// What a power cut may leave of recorded operations. A file's bytes are sure up to its last sync; of each write after it, each sector of 512
/// bytes may be there or not, in any order, and so may each change of length. Names are sure up to the folder's last sync.
/// </summary>
internal sealed class CrashedDisk
{
    private const int SectorBytes = 512;
    private readonly List<Inode> _inodes = [];
    private readonly Dictionary<string, Inode> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Inode> _sureNames = new(StringComparer.Ordinal);
    private readonly List<(string Name, Inode? Inode)[]> _unsureNames = [];

    /// <summary>A disk that surely holds the files of a folder.</summary>
    public static CrashedDisk Of(string folder)
    {
        var disk = new CrashedDisk();
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder, "results.*") : [])
        {
            if (!path.EndsWith(".lock", StringComparison.Ordinal))
            {
                disk.Apply(new DiskOperation(DiskOperationKind.Create, path));
                disk.Apply(new DiskOperation(DiskOperationKind.Write, path) { Bytes = File.ReadAllBytes(path) });
                disk.Apply(new DiskOperation(DiskOperationKind.Sync, path));
            }
        }

        disk.Apply(new DiskOperation(DiskOperationKind.SyncFolder, folder));
        return disk;
    }

    /// <summary>Takes the next operation.</summary>
    public void Apply(DiskOperation operation)
    {
        var name = Path.GetFileName(operation.Path);
        switch (operation.Kind)
        {
            case DiskOperationKind.Create:
                var made = new Inode();
                _inodes.Add(made);
                Rename((name, made));
                break;
            case DiskOperationKind.Move:
                Rename((Path.GetFileName(operation.To), _names[name]), (name, null));
                break;
            case DiskOperationKind.Delete:
                Rename((name, null));
                break;
            case DiskOperationKind.SyncFolder:
                _unsureNames.ForEach(Settle);
                _unsureNames.Clear();
                break;
            case DiskOperationKind.Sync:
                _names[name].Sync();
                break;
            default:
                _names[name].Unsure.Add(operation);
                break;
        }
    }

    /// <summary>Writes one of the states that a power cut now may leave into an empty folder.</summary>
    public void Leave(string folder, Random random)
    {
        var names = new Dictionary<string, Inode>(_sureNames, StringComparer.Ordinal);
        var ordered = random.Next(2) == 0;
        var until = random.Next(_unsureNames.Count + 1);
        for (var i = 0; i < _unsureNames.Count; i++)
        {
            if (ordered ? i < until : random.Next(2) == 0)
            {
                Change(names, _unsureNames[i]);
            }
        }

        var way = random.Next(5);
        var odds = random.NextDouble();
        foreach (var (name, inode) in names)
        {
            File.WriteAllBytes(Path.Combine(folder, name), inode.Leave(random, way, odds));
        }
    }

    /// <summary>Writes all that was done, synced or not, into an empty folder: what a process leaves that ended, with the power still on.</summary>
    public void LeaveAll(string folder)
    {
        foreach (var (name, inode) in _names)
        {
            File.WriteAllBytes(Path.Combine(folder, name), inode.Leave(new Random(0), way: 1, odds: 1));
        }
    }

    private static void Change(Dictionary<string, Inode> names, (string Name, Inode? Inode)[] changes)
    {
        foreach (var (name, inode) in changes)
        {
            if (inode is null)
            {
                names.Remove(name);
            }
            else
            {
                names[name] = inode;
            }
        }
    }

    private void Rename(params (string Name, Inode? Inode)[] changes)
    {
        Change(_names, changes);
        _unsureNames.Add(changes);
    }

    private void Settle((string Name, Inode? Inode)[] changes) => Change(_sureNames, changes);

    private sealed class Inode
    {
        private byte[] _bytes = [];

        public List<DiskOperation> Unsure { get; } = [];

        public void Sync()
        {
            foreach (var operation in Unsure)
            {
                Do(ref _bytes, operation);
            }

            Unsure.Clear();
        }

        /// <summary>Bytes after the cut: 0 nothing unsynced is there, 1 all is, 2 the writes up to some point, 3 whole writes at random, 4 sectors at random.</summary>
        public byte[] Leave(Random random, int way, double odds)
        {
            var bytes = (byte[])_bytes.Clone();
            var until = random.Next(Unsure.Count + 1);
            for (var i = 0; i < Unsure.Count; i++)
            {
                var isThere = way switch { 0 => false, 1 => true, 2 => i < until, 3 => random.NextDouble() < odds, _ => true };
                if (!isThere)
                {
                    continue;
                }

                if (way == 4)
                {
                    Tear(ref bytes, Unsure[i], random, odds);
                }
                else
                {
                    Do(ref bytes, Unsure[i]);
                }
            }

            return bytes;
        }

        private static void Tear(ref byte[] bytes, DiskOperation operation, Random random, double odds)
        {
            if (operation.Kind == DiskOperationKind.SetLength)
            {
                if (random.NextDouble() < odds)
                {
                    Do(ref bytes, operation);
                }

                return;
            }

            // The new length may be there without the bytes; then what is not written is zero, or what stood there before.
            var end = operation.Offset + operation.Bytes.Length;
            if (end > bytes.Length && random.NextDouble() < odds)
            {
                var before = bytes.Length;
                Array.Resize(ref bytes, (int)end);
                if (random.Next(4) == 0)
                {
                    random.NextBytes(bytes.AsSpan(before));
                }
            }

            for (var at = operation.Offset; at < end;)
            {
                var next = Math.Min(end, (at / SectorBytes * SectorBytes) + SectorBytes);
                if (random.NextDouble() < odds && (next <= bytes.Length || random.Next(2) == 0))
                {
                    var piece = operation.Bytes[(int)(at - operation.Offset)..(int)(next - operation.Offset)];
                    Do(ref bytes, operation with { Offset = at, Bytes = piece });
                }

                at = next;
            }
        }

        private static void Do(ref byte[] bytes, DiskOperation operation)
        {
            if (operation.Kind == DiskOperationKind.SetLength)
            {
                Array.Resize(ref bytes, (int)operation.Offset);
                return;
            }

            if (operation.Offset + operation.Bytes.Length > bytes.Length)
            {
                Array.Resize(ref bytes, (int)operation.Offset + operation.Bytes.Length);
            }

            operation.Bytes.CopyTo(bytes, operation.Offset);
        }
    }
}
