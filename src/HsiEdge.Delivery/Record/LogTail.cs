namespace HsiEdge.Delivery.Record;

/// <summary>How a log was found.</summary>
/// <param name="Bytes">Bytes beyond the last whole page; a few after a power cut, when nothing of it was acknowledged.</param>
/// <param name="WholePages">Whole pages after the first damaged one.</param>
/// <param name="LostPages">Pages that had been synced and are damaged or missing: acknowledged transactions that are lost.</param>
/// <param name="HeadMended">The head was damaged and is known from the mark.</param>
/// <param name="IsMarked">Whether the log says how much of it was synced.</param>
/// <param name="MarkDamaged">The sector that says so is damaged, which no power cut explains: a sector is written whole or not at all.</param>
internal sealed record LogTail(long Bytes, long WholePages, long LostPages, bool HeadMended, bool IsMarked, bool MarkDamaged)
{
    /// <summary>Whether something happened that no power cut explains: it may lose or reorder pages that were not synced, but none that were.</summary>
    public bool IsDamaged => IsMarked ? LostPages > 0 : WholePages > 0;
}
