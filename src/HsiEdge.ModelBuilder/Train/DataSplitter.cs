using HsiEdge.Core;
using HsiEdge.ModelBuilder.Data;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>
/// Splits by patient where three or more patients allow it (five or more: a held-out part as well), since spectra of one patient resemble each
/// other and a split within patients flatters; otherwise by spectrum within each class.
/// </summary>
public static class DataSplitter
{
    private const double Fraction = 0.2;
    private const int Attempts = 2000;

    /// <summary>Spectra of the rarest class from which a split by spectrum holds a part out.</summary>
    private const int SpectraToHoldOut = 20;

    /// <summary>Splits the data.</summary>
    /// <param name="data">All spectra.</param>
    /// <param name="usable">Indices that may be used.</param>
    /// <param name="heldOutPatients">Patients to hold out; empty: chosen here.</param>
    /// <param name="seed">Seed of the choice.</param>
    /// <exception cref="BadInputException">A patient is unknown, or what is left after holding out lacks a class.</exception>
    public static DataSplit Split(LabelledSpectra data, IReadOnlyList<int> usable, IReadOnlyList<string> heldOutPatients, int seed)
    {
        var random = new DeterministicRandom(seed, 2);
        var named = heldOutPatients.Select(name => IndexOf(data, name)).ToHashSet();
        var present = usable.Select(i => data.PatientIndices[i]).Distinct().Where(patient => !named.Contains(patient)).Order().ToArray();
        return ByPatient(data, usable, named, present, random)
            ?? BySpectrum(data, usable, named, random);
    }

    private static int IndexOf(LabelledSpectra data, string patient)
    {
        for (var i = 0; i < data.Patients.Count; i++)
        {
            if (data.Patients[i] == patient)
            {
                return i;
            }
        }

        throw new BadInputException($"The patient \"{patient}\" to hold out is not in the data; it holds {string.Join(", ", data.Patients.Take(12))}.");
    }

    private static DataSplit? ByPatient(LabelledSpectra data, IReadOnlyList<int> usable, HashSet<int> named, int[] patients, DeterministicRandom random)
    {
        var heldOutCount = named.Count > 0 ? 0 : patients.Length >= 5 ? Math.Max(1, (int)Math.Round(Fraction * patients.Length)) : 0;
        var validationCount = Math.Max(1, (int)Math.Round(Fraction * patients.Length));
        if (patients.Length < (named.Count > 0 ? 2 : 3))
        {
            return null;
        }

        var classesOf = new Dictionary<int, HashSet<int>>();
        foreach (var i in usable)
        {
            (classesOf.TryGetValue(data.PatientIndices[i], out var set) ? set : classesOf[data.PatientIndices[i]] = []).Add(data.Labels[i]);
        }

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            random.Shuffle<int>(patients);
            var heldOut = patients.AsSpan(0, heldOutCount).ToArray();
            var validation = patients.AsSpan(heldOutCount, validationCount).ToArray();
            var training = patients.AsSpan(heldOutCount + validationCount).ToArray();
            if (Complete(training) && Complete(validation) && (heldOutCount == 0 || Complete(heldOut)))
            {
                var held = heldOut.Concat(named).ToHashSet();
                return new DataSplit(
                    Of(training.Contains),
                    Of(validation.Contains),
                    Of(held.Contains),
                    ByPatient: true,
                    [.. held.Select(patient => data.Patients[patient]).Order(StringComparer.Ordinal)]);
            }
        }

        return null;

        bool Complete(int[] part) => part.SelectMany(patient => classesOf[patient]).Distinct().Count() == data.Classes.Count;

        List<int> Of(Func<int, bool> contains) => [.. usable.Where(i => contains(data.PatientIndices[i]))];
    }

    private static DataSplit BySpectrum(LabelledSpectra data, IReadOnlyList<int> usable, HashSet<int> named, DeterministicRandom random)
    {
        var training = new List<int>();
        var validation = new List<int>();
        var heldOut = usable.Where(i => named.Contains(data.PatientIndices[i])).ToList();
        var byClass = Enumerable.Range(0, data.Classes.Count)
            .Select(c => usable.Where(i => data.Labels[i] == c && !named.Contains(data.PatientIndices[i])).ToArray())
            .ToArray();
        var holdOut = named.Count == 0 && byClass.Min(indices => indices.Length) >= SpectraToHoldOut;
        for (var c = 0; c < byClass.Length; c++)
        {
            var indices = byClass[c];
            if (indices.Length < 2)
            {
                throw new BadInputException(
                    $"Class \"{data.Classes[c].Name}\" has {indices.Length} usable spectra to train and validate on; at least 2 are needed. Label more, or hold fewer patients out.");
            }

            random.Shuffle<int>(indices);
            var part = Math.Max(1, (int)Math.Round(Fraction * indices.Length));
            validation.AddRange(indices.AsSpan(0, part));
            heldOut.AddRange(holdOut ? indices.AsSpan(part, part) : []);
            training.AddRange(indices.AsSpan(holdOut ? 2 * part : part));
        }

        training.Sort();
        validation.Sort();
        heldOut.Sort();
        return new DataSplit(training, validation, heldOut, ByPatient: false, [.. named.Select(patient => data.Patients[patient])]);
    }
}
