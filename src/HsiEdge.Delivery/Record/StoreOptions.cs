namespace HsiEdge.Delivery.Record;

/// <summary>Where and how long results are kept (configuration section <c>Store</c>). A new option gets a check in <see cref="StoreOptionsValidator"/>.</summary>
public sealed class StoreOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Store";

    /// <summary>Folder of the store's files; made when absent. Its disk is the one to encrypt, not the file.</summary>
    public string DataFolder { get; set; } = "/var/lib/hsiedge";

    /// <summary>Maps and overlays of results older than this many days are removed; 0 keeps them for ever. Results and findings always stay.</summary>
    public int MaximumMapAgeDays { get; set; } = 30;

    /// <summary>Size of the write-ahead log in MiB at which it is copied into the data file, 1…512.</summary>
    public int CheckpointMebibytes { get; set; } = 32;
}
