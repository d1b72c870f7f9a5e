using System.Buffers.Binary;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// A checksum of every page of LiteDB's data file, which has none of its own: a flipped bit in an index node or a free list would make wrong
/// answers in silence. Kept in a file beside it, so that the data file stays LiteDB's.
/// </summary>
/// <remarks>
/// File: blocks of 512 bytes (a sector: whole or not there), each ending in a u32 CRC-32C over its number and its other bytes. Block 0: magic
/// <c>HSISUM01</c>, i64 creation time that the data file's first page says, i64 pages. Each other block: 127 checksums (u32, CRC-32C over page number
/// and page; 0 = never written). Little endian. Written by checkpoints, after the data and before the log is emptied: a power cut between leaves
/// pages that do not fit, and the log still has each of them.
/// </remarks>
internal sealed class PageSums
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 512;

    /// <summary>Checksums in a block.</summary>
    public const int SumsPerBlock = (BlockBytes / 4) - 1;

    private static readonly byte[] Magic = "HSISUM01"u8.ToArray();

    private readonly IBlockFile? _file;
    private readonly SortedSet<long> _changed = [];
    private readonly List<long> _damagedBlocks = [];
    private uint[] _sums = [];
    private long _created;

    private PageSums(IBlockFile? file) => _file = file;

    /// <summary>Pages that have a checksum, or had one in between.</summary>
    public long Pages { get; private set; }

    /// <summary>Creation time that the data file says, as LiteDB writes it.</summary>
    public long Created => _created;

    /// <summary>Blocks that were damaged or missing when the file was read; what they said is unknown.</summary>
    public IReadOnlyList<long> DamagedBlocks => _damagedBlocks;

    /// <summary>Sums of a new, empty data file.</summary>
    /// <param name="file">Where they are kept, which stays the caller's.</param>
    public static PageSums Fresh(IBlockFile file)
    {
        file.SetLength(0);
        var sums = new PageSums(file);
        sums._changed.Add(0);
        return sums;
    }

    /// <summary>Reads sums.</summary>
    /// <param name="file">Where they are kept, which stays the caller's.</param>
    public static PageSums Load(IBlockFile file)
    {
        var sums = new PageSums(file);
        var bytes = new byte[file.Length / BlockBytes * BlockBytes];
        var blocks = file.Read(bytes, 0) / BlockBytes;
        var isHeadWhole = blocks > 0 && IsWhole(bytes.AsSpan(0, BlockBytes), 0) && bytes.AsSpan().StartsWith(Magic);
        if (isHeadWhole)
        {
            sums._created = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8));
            sums.Pages = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16));
        }
        else
        {
            sums._damagedBlocks.Add(0);
            sums.Pages = Math.Max(0, blocks - 1) * (long)SumsPerBlock;
        }

        sums.Grow(sums.Pages);
        for (var block = 1L; block <= BlockOf(sums.Pages - 1) && sums.Pages > 0; block++)
        {
            var from = bytes.AsSpan((int)Math.Min(block * BlockBytes, bytes.Length));
            if (from.Length < BlockBytes || !IsWhole(from[..BlockBytes], block))
            {
                sums._damagedBlocks.Add(block);
                continue;
            }

            for (var i = 0; i < SumsPerBlock && ((block - 1) * SumsPerBlock) + i < sums._sums.Length; i++)
            {
                sums._sums[((block - 1) * SumsPerBlock) + i] = BinaryPrimitives.ReadUInt32LittleEndian(from[(i * 4)..]);
            }
        }

        return sums;
    }

    /// <summary>Takes what the data file holds for true where nothing else is known: a file that has no sums yet, or damaged blocks of them.</summary>
    /// <param name="data">The data file.</param>
    public void TakeFrom(IBlockFile data)
    {
        var page = new byte[PageStream.PageBytes];
        var pages = data.Length / PageStream.PageBytes;
        if (_damagedBlocks.Contains(0))
        {
            Pages = pages;
            Grow(pages);
        }

        foreach (var block in _damagedBlocks.Count == 0 && Pages == 0 ? AllBlocks(pages) : _damagedBlocks.Where(b => b > 0).ToList())
        {
            for (var number = (block - 1) * SumsPerBlock; number < Math.Min(block * SumsPerBlock, pages); number++)
            {
                if (data.Read(page, number * PageStream.PageBytes) == page.Length)
                {
                    Set(number, page);
                }
            }
        }

        if (data.Read(page, 0) == page.Length)
        {
            _created = LitePage.Created(page);
        }

        _changed.Add(0);
        _damagedBlocks.Clear();
    }

    /// <summary>The pages whose checksums a block holds.</summary>
    public (long First, long End) PagesOf(long block) => ((block - 1) * SumsPerBlock, Math.Min(block * SumsPerBlock, Pages));

    /// <summary>Whether a page is as it was written.</summary>
    public bool Fits(long number, ReadOnlySpan<byte> page) => number < _sums.Length && _sums[number] == SumOf(number, page);

    /// <summary>Notes a page that is being written.</summary>
    public void Set(long number, ReadOnlySpan<byte> page)
    {
        if (number == LitePage.Header)
        {
            _created = LitePage.Created(page);
            _changed.Add(0);
        }

        if (number >= Pages)
        {
            Grow(number + 1);
            for (var block = BlockOf(Math.Max(0, Pages - 1)); block < BlockOf(number); block++)
            {
                _changed.Add(block);
            }

            Pages = number + 1;
            _changed.Add(0);
        }

        _sums[number] = SumOf(number, page);
        _changed.Add(BlockOf(number));
    }

    /// <summary>Writes what changed and returns once it is on the disk.</summary>
    public void Flush()
    {
        if (_file is null || _changed.Count == 0)
        {
            return;
        }

        var bytes = new byte[BlockBytes];
        foreach (var block in _changed)
        {
            Fill(bytes, block);
            _file.Write(bytes, block * BlockBytes);
        }

        _file.FlushToDisk();
        _changed.Clear();
    }

    private static IEnumerable<long> AllBlocks(long pages) => pages == 0 ? [] : Enumerable.Range(1, (int)BlockOf(pages - 1)).Select(b => (long)b);

    private static long BlockOf(long page) => 1 + (page / SumsPerBlock);

    private static uint SumOf(long number, ReadOnlySpan<byte> page)
    {
        var sum = LogFormat.Checksum((ulong)number, page);
        return sum == 0 ? 1 : sum;
    }

    private static bool IsWhole(ReadOnlySpan<byte> bytes, long block) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]) == LogFormat.Checksum((ulong)block, bytes[..^4]);

    private void Fill(Span<byte> bytes, long block)
    {
        bytes.Clear();
        if (block == 0)
        {
            Magic.CopyTo(bytes);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], _created);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], Pages);
        }
        else
        {
            for (var i = 0; i < SumsPerBlock && ((block - 1) * SumsPerBlock) + i < Pages; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes[(i * 4)..], _sums[((block - 1) * SumsPerBlock) + i]);
            }
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes[^4..], LogFormat.Checksum((ulong)block, bytes[..^4]));
    }

    private void Grow(long pages)
    {
        if (pages > _sums.Length)
        {
            Array.Resize(ref _sums, (int)Math.Max(pages, _sums.Length * 2L));
        }
    }
}
