namespace HsiEdge.Delivery.Record;

/// <summary>What lies in the store.</summary>
/// <param name="Results">Results.</param>
/// <param name="ResultBytes">About what they take with their ledgers, lost captures' ledgers included.</param>
/// <param name="Maps">Results that still have their maps.</param>
/// <param name="MapBytes">About what maps and overlays take.</param>
/// <param name="LostCaptures">Ledgers of captures without a result.</param>
public sealed record StoreUsage(long Results, long ResultBytes, long Maps, long MapBytes, long LostCaptures)
{
    /// <summary>Nothing.</summary>
    public static StoreUsage None { get; } = new(0, 0, 0, 0, 0);

    /// <summary>Bytes of all of it.</summary>
    public long Bytes => ResultBytes + MapBytes;

    /// <summary>With one entry more, or less.</summary>
    internal StoreUsage With(ShelfEntry entry, int sign) => new(
        Results + (entry.Lost ? 0 : sign), ResultBytes + (sign * entry.ResultBytes), Maps + (entry.MapBytes > 0 ? sign : 0),
        MapBytes + (sign * entry.MapBytes), LostCaptures + (entry.Lost ? sign : 0));
}
