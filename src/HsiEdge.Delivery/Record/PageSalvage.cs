using System.Buffers.Binary;
using LiteDB;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// Reads documents straight from LiteDB's data pages, without indexes: what of a damaged store is whole. Each page is taken in its latest version
/// from the log, else from the data file.
/// </summary>
/// <remarks>
/// A data page has slots at its end (u16 length, u16 position, from the end towards the front); a slot's block is a flag (continued from another), the
/// address of the next block (u32 page, u8 slot; all ones = none), and bytes of BSON.
/// </remarks>
internal sealed class PageSalvage
{
    private const int DataPage = 4;
    private const int BlockHeadBytes = 6;
    private const int CollectionsOffset = 192;
    private const int LargestDocumentBytes = 17 * 1024 * 1024;

    private readonly IBlockFile _data;
    private readonly PageSums? _sums;
    private readonly LogStream? _log;
    private readonly byte[] _page = new byte[PageStream.PageBytes];

    /// <summary>Reads from files, which stay the caller's.</summary>
    /// <param name="data">The data file.</param>
    /// <param name="sums">What its pages have to be; null where that is unknown.</param>
    /// <param name="log">Its log; null where there is none that can be read.</param>
    public PageSalvage(IBlockFile data, PageSums? sums, LogStream? log) => (_data, _sums, _log) = (data, sums, log);

    /// <summary>Pages that are not as they were written.</summary>
    public IReadOnlyList<long> DamagedPages => _damagedPages;

    private readonly List<long> _damagedPages = [];

    /// <summary>Every document that can be read, with its collection and whether all of its pages are as they were written.</summary>
    public IEnumerable<(string Collection, BsonDocument Document, bool IsSure)> ReadAll()
    {
        var names = ReadNames();
        var pages = Math.Max(_data.Length / PageStream.PageBytes, Math.Max(_sums?.Pages ?? 0, _log?.HighestPage + 1 ?? 0));
        for (var number = 1L; number < pages; number++)
        {
            if (!TryRead(number, out var isSure))
            {
                continue;
            }

            if (!isSure)
            {
                _damagedPages.Add(number);
            }

            if (_page[4] != DataPage || LitePage.Id(_page) != number)
            {
                continue;
            }

            var page = (byte[])_page.Clone();
            var owner = BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(19));
            for (var slot = 0; slot <= page[30] && page[30] != byte.MaxValue; slot++)
            {
                if (ReadDocument(page, (byte)slot, isSure) is { } found)
                {
                    yield return (names.GetValueOrDefault(owner) ?? Guess(found.Document), found.Document, found.IsSure);
                }
            }
        }
    }

    // Where the header page is gone, what a document has tells whose it is.
    private static string Guess(BsonDocument document)
    {
        bool Has(params ReadOnlySpan<string> keys)
        {
            foreach (var key in keys)
            {
                if (!document.ContainsKey(key))
                {
                    return false;
                }
            }

            return true;
        }

        return Has("j", "h", "t", "n") ? ResultDocuments.Results
            : Has("l", "s", "p", "d", "k", "h") ? ResultDocuments.Maps
            : Has("t", "d", "h") ? ResultDocuments.Ledgers
            : Has("d", "h") ? ResultDocuments.Overlays
            : Has("a", "j") ? ResultDocuments.Transitions
            : Has("k", "o", "d") ? ResultDocuments.Outbox
            : Has("j") ? ResultDocuments.Alerts
            : Has("v") && document["v"].IsString ? ResultDocuments.Values
            : Has("d") ? ResultDocuments.MapChunks
            : string.Empty;
    }

    private Dictionary<uint, string> ReadNames()
    {
        var names = new Dictionary<uint, string>();
        if (!TryRead(LitePage.Header, out var isSure))
        {
            _damagedPages.Add(LitePage.Header);
            return names;
        }

        if (!isSure)
        {
            _damagedPages.Add(LitePage.Header);
            return names;
        }

        var area = _page.AsSpan(CollectionsOffset);
        var length = BinaryPrimitives.ReadInt32LittleEndian(area);
        foreach (var (name, page) in BsonSerializer.Deserialize(area[..length].ToArray()))
        {
            names[(uint)page.AsInt32] = name;
        }

        return names;
    }

    private bool TryRead(long number, out bool isSure)
    {
        isSure = true;
        if (_log is not null && _log.TryReadLatest((uint)number, _page))
        {
            return true;
        }

        if (_data.Read(_page, number * PageStream.PageBytes) < PageStream.PageBytes)
        {
            isSure = false;
            return false;
        }

        isSure = _sums is null || _sums.Fits(number, _page);
        return true;
    }

    private (BsonDocument Document, bool IsSure)? ReadDocument(byte[] page, byte slot, bool isSure)
    {
        using var bytes = new MemoryStream();
        var isFirst = true;
        while (true)
        {
            var slotEnd = PageStream.PageBytes - (slot * 4);
            var length = BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(slotEnd - 4));
            var position = BinaryPrimitives.ReadUInt16LittleEndian(page.AsSpan(slotEnd - 2));
            if (position == 0 || length < BlockHeadBytes || position + length > PageStream.PageBytes || page[position] != 0 == isFirst)
            {
                return null;
            }

            bytes.Write(page, position + BlockHeadBytes, length - BlockHeadBytes);
            var next = BinaryPrimitives.ReadUInt32LittleEndian(page.AsSpan(position + 1));
            slot = page[position + 5];
            if (next == uint.MaxValue)
            {
                break;
            }

            if (bytes.Length > LargestDocumentBytes || !TryRead(next, out var isNextSure))
            {
                return null;
            }

            isSure &= isNextSure;
            page = (byte[])_page.Clone();
            isFirst = false;
        }

        return Parse(bytes.ToArray()) is { } document ? (document, isSure) : null;
    }

    private static BsonDocument? Parse(byte[] bytes)
    {
        try
        {
            var document = BsonSerializer.Deserialize(bytes);
            return document.ContainsKey("_id") && !document["_id"].IsNull ? document : null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Bytes that are no document any more: LiteDB's reader says so in many ways.
            return null;
        }
    }
}
