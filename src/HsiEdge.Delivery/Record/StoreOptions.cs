namespace HsiEdge.Delivery.Record;

/// <summary>Where and how long results are kept (configuration section <c>Store</c>). A new option gets a check in <see cref="StoreOptionsValidator"/>.</summary>
public sealed class StoreOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Store";

    /// <summary>Folder of the store's files; made when absent. Its disk is the one to encrypt, not the file.</summary>
    public string DataFolder { get; set; } = "/var/lib/hsiedge";

    /// <summary>What the box may use of its disk in MiB: data file, log, raw cubes and references; 0 for no limit. Beyond it the oldest goes, tier by tier.</summary>
    public int QuotaMebibytes { get; set; }

    /// <summary>Free space in MiB below which <c>health/disk</c> warns; 0 for never.</summary>
    public int WarnFreeMebibytes { get; set; } = 5120;

    /// <summary>Free space in MiB below which the oldest raw cubes, then maps, make room; 0 for never.</summary>
    public int ReclaimFreeMebibytes { get; set; } = 1024;

    /// <summary>Free space in MiB below which triggers are refused: what is being written has to find room. The log and one result take most of 100.</summary>
    public int RefuseFreeMebibytes { get; set; } = 512;

    /// <summary>Maps and overlays of results older than this many days are removed; 0 keeps them for ever. Results and findings stay, unless a quota takes them.</summary>
    public int MaximumMapAgeDays { get; set; } = 30;

    /// <summary>Ledgers of captures without a result are removed after this many days; 0 keeps them for ever.</summary>
    public int MaximumLostLedgerAgeDays { get; set; } = 90;

    /// <summary>True: whatever a quota asks for, results with findings stay, with maps and raw cubes, as if their cases were protected.</summary>
    public bool ProtectFindings { get; set; }

    /// <summary>Size of the write-ahead log in MiB at which it is copied into the data file, 1…40. The log never grows beyond 64.</summary>
    public int CheckpointMebibytes { get; set; } = 32;

    /// <summary>
    /// Room in MiB for messages that wait for the broker, 16…65536. Above it the oldest go, overlays first, alerts last. The default holds some
    /// 250,000 messages of results and ledgers.
    /// </summary>
    public int MaximumOutboxMebibytes { get; set; } = 1_024;

    /// <summary>Messages that waited longer than this many days are given up, 0…3650; 0 keeps them until they are sent. Counted as the store counts age: a clock that jumps lets nothing expire.</summary>
    public int MaximumOutboxAgeDays { get; set; } = 90;
}
