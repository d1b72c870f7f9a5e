using System.Security.Cryptography;
using System.Text;
using Hl7.Fhir.Model;

namespace HsiEdge.Fhir;

/// <summary>Observations as one Bundle (type collection). Entries are named by UUIDs made from their ids, and refer to each other by them.</summary>
public sealed class BundleWriter
{
    /// <summary>Largest number of observations: a Bundle is held in memory; larger exports go as NDJSON.</summary>
    public const int MaximumEntries = 20_000;

    private readonly Bundle _bundle = new() { Type = Bundle.BundleType.Collection };

    /// <summary>Number of entries.</summary>
    public int Count => _bundle.Entry.Count;

    /// <summary>Adds an observation.</summary>
    public void Add(Observation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        foreach (var reference in observation.HasMember.Concat(observation.DerivedFrom))
        {
            reference.Reference = UrnOf(reference.Reference!["Observation/".Length..]);
        }

        _bundle.Entry.Add(new Bundle.EntryComponent { FullUrl = UrnOf(observation.Id!), Resource = observation });
    }

    /// <summary>The Bundle as JSON.</summary>
    public string ToJson() => ObservationWriter.ToJson(_bundle);

    /// <summary>A UUID (version 8) from the SHA-256 of an id: the same each time.</summary>
    internal static string UrnOf(string id)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return $"urn:uuid:{new Guid(bytes, bigEndian: true)}";
    }
}
