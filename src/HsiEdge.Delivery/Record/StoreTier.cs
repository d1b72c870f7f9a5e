namespace HsiEdge.Delivery.Record;

/// <summary>What makes room, in this order.</summary>
public enum StoreTier
{
    /// <summary>Raw cubes beside the store.</summary>
    Raw,

    /// <summary>Maps and overlays.</summary>
    Maps,

    /// <summary>Whole results with ledgers and transitions, and ledgers of lost captures.</summary>
    Results,
}
