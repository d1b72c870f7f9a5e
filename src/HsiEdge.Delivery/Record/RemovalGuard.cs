namespace HsiEdge.Delivery.Record;

/// <summary>
/// How much may be removed at once. It goes by the results recorded, not by any clock: up to a share of what is kept goes without asking and is earned back at two
/// items for each new result. A wish for more than the share (a digit missing in a quota, a disk that shrank) waits for a person to confirm it, and until
/// then only one old item goes for each new result: the store holds its size.
/// </summary>
/// <param name="percent">The share.</param>
internal sealed class RemovalGuard(int percent)
{
    /// <summary>The share is never fewer items than this.</summary>
    public const long LeastShare = 20;

    private const int EarnedByOne = 2;
    private long? _taken;
    private long _oneForOne;
    private long _granted;

    /// <summary>Items that may go without asking.</summary>
    public long Stock { get; private set; } = LeastShare;

    /// <summary>True while a wish for more than the share waits to be confirmed.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>True while nothing has to go.</summary>
    public bool IsIdle { get; private set; } = true;

    /// <summary>Items that make up the share.</summary>
    public long ShareOf(long kept) => Math.Max(LeastShare, kept * percent / 100);

    /// <summary>Goes on from what was left before a restart.</summary>
    public void Load(long stock, long taken) => (Stock, _taken) = (stock, taken);

    /// <summary>How many items may go now.</summary>
    /// <param name="wanted">Items that would have to go.</param>
    /// <param name="kept">Items that are there.</param>
    /// <param name="taken">Results recorded in the store's life.</param>
    public long Allow(long wanted, long kept, long taken)
    {
        var share = ShareOf(kept);
        var fresh = Math.Max(0, taken - (_taken ?? taken));
        _taken = taken;
        IsIdle = wanted == 0;
        IsWaiting = _granted == 0 && wanted > share;
        if (!IsWaiting)
        {
            Stock = Math.Min(share, Stock + (EarnedByOne * fresh));
        }

        if (IsIdle)
        {
            (_oneForOne, _granted) = (0, 0);
            return 0;
        }

        _oneForOne = IsWaiting ? _oneForOne + fresh : 0;
        return Math.Min(wanted, _granted > 0 ? _granted : IsWaiting ? _oneForOne : Stock);
    }

    /// <summary>A person confirmed that this many may go.</summary>
    public void Grant(long items) => _granted = items;

    /// <summary>Notes what went.</summary>
    public void Spend(long items)
    {
        if (_granted > 0)
        {
            _granted = Math.Max(0, _granted - items);
        }
        else if (IsWaiting)
        {
            _oneForOne = Math.Max(0, _oneForOne - items);
        }
        else
        {
            Stock = Math.Max(0, Stock - items);
        }
    }
}
