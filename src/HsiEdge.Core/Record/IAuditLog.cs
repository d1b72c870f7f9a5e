namespace HsiEdge.Core.Record;

/// <summary>The hash-chained record of who did what to the box, and when. An entry is written before the deed: nothing happens unaudited.</summary>
public interface IAuditLog
{
    /// <summary>Appends an entry and returns once it is on the disk. Safe from several threads and several processes.</summary>
    /// <param name="entry">What is about to be done.</param>
    /// <param name="cancellationToken">Stops waiting for a turn; a begun write finishes.</param>
    /// <exception cref="StoreFaultException">It could not be made durable: the deed must not be done.</exception>
    Task AppendAsync(AuditEvent entry, CancellationToken cancellationToken);
}

/// <summary>What is about to be done.</summary>
/// <param name="Action">The kind of deed.</param>
/// <param name="Who">Who does it: a name that the person gave, an operating system user such as <c>user:ada</c>, or the box itself (<c>box</c>).</param>
/// <param name="Subject">What it is done to, such as an alert's ULID, a case, a bundle, a file.</param>
/// <param name="Details">More about it: versions before and after, counts. Never a secret, never a patient's identity.</param>
public sealed record AuditEvent(AuditAction Action, string Who, string Subject, IReadOnlyDictionary<string, string> Details)
{
    /// <summary>An entry without details.</summary>
    public AuditEvent(AuditAction action, string who, string subject)
        : this(action, who, subject, new Dictionary<string, string>(StringComparer.Ordinal))
    {
    }
}

/// <summary>Kinds of audited deeds.</summary>
public enum AuditAction
{
    /// <summary>The worker started: software, configuration and model by their versions and hashes.</summary>
    Start,

    /// <summary>A model bundle was made the active one.</summary>
    Install,

    /// <summary>A person acknowledged an alert.</summary>
    Acknowledge,

    /// <summary>A case began or ended.</summary>
    Case,

    /// <summary>The configuration in force changed.</summary>
    Configuration,

    /// <summary>The software's version changed.</summary>
    Update,

    /// <summary>Results left the box as files.</summary>
    Export,

    /// <summary>A case was protected from removal, or is no longer.</summary>
    Protect,

    /// <summary>The store removed data to make room.</summary>
    Remove,

    /// <summary>The store was migrated, compacted or repaired.</summary>
    Store,
}
