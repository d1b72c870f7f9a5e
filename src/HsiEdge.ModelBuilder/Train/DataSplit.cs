namespace HsiEdge.ModelBuilder.Train;

/// <summary>Which spectra are learned from, which decide when to stop and where the threshold lies, and which only judge the result.</summary>
/// <param name="Training">Indices into the data.</param>
/// <param name="Validation">Indices into the data.</param>
/// <param name="HeldOut">Indices into the data; empty when there is too little data to hold any out.</param>
/// <param name="ByPatient">Whether no patient is in two parts.</param>
/// <param name="HeldOutPatients">Patients of <paramref name="HeldOut"/> when it is by patient.</param>
public sealed record DataSplit(
    IReadOnlyList<int> Training, IReadOnlyList<int> Validation, IReadOnlyList<int> HeldOut, bool ByPatient, IReadOnlyList<string> HeldOutPatients)
{
    /// <summary>In words, for provenance.</summary>
    public string Description =>
        (ByPatient ? "split by patient: " : "split by spectrum (too few patients for a split by patient): ") +
        $"{Training.Count} spectra to train, {Validation.Count} to validate, {HeldOut.Count} held out" +
        HeldOutPatients.Count switch { 0 => "", <= 8 => $" ({string.Join(", ", HeldOutPatients)})", var count => $" ({count} patients)" };
}
