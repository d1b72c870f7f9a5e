using System.Globalization;
using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Record;

/// <summary>The last audit entry as the store remembers it: a durable value of its own.</summary>
public static class AuditAnchors
{
    /// <summary>Key of the value.</summary>
    public const string StoreKey = "audit-head";

    /// <summary>The value.</summary>
    public static string Format(AuditHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        return string.Create(CultureInfo.InvariantCulture, $"{head.Sequence}:{head.Sha256}");
    }

    /// <summary>What the store remembers; null when it remembers nothing.</summary>
    /// <param name="value">The value; null when absent.</param>
    /// <exception cref="StoreFaultException">It is no head.</exception>
    public static AuditAnchor? Parse(string? value)
    {
        if (value is null)
        {
            return null;
        }

        var parts = value.Split(':');
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? new AuditAnchor("the store", new AuditHead(sequence, parts[1]))
            : throw new StoreFaultException($"The store's value {StoreKey} is '{value}'; expected number and hash of an audit entry. Check the disk.");
    }
}
