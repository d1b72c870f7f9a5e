namespace HsiEdge.Delivery.Record;

/// <summary>What a repair found and did.</summary>
/// <param name="DamagedPages">Pages that were not as they were written.</param>
/// <param name="Kept">Documents kept, by collection.</param>
/// <param name="Lost">What could not be kept and is known by name.</param>
/// <param name="SetAside">Files that were set aside as they were found.</param>
public sealed record RepairReport(
    IReadOnlyList<long> DamagedPages, IReadOnlyDictionary<string, int> Kept, IReadOnlyList<string> Lost, IReadOnlyList<string> SetAside)
{
    /// <summary>In a sentence.</summary>
    public override string ToString() =>
        $"{DamagedPages.Count} damaged pages; kept {Kept.GetValueOrDefault(ResultDocuments.Results)} results; " +
        $"{(Lost.Count == 0 ? "nothing known was lost" : $"lost {string.Join(", ", Lost.Take(20))}{(Lost.Count > 20 ? $" and {Lost.Count - 20} more" : string.Empty)}")}; " +
        $"the files as they were: {string.Join(", ", SetAside)}";
}
