using HsiEdge.Core.Cubes;
using HsiEdge.ModelBuilder.Data;
using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.Tests.ModelBuilder;

/// <summary>Small labelled spectra of two kinds: a slope up and a slope down, each patient with an offset of its own.</summary>
internal static class SyntheticSpectra
{
    public static readonly WavelengthAxis Axis = WavelengthAxis.Linear(1000, 1150, 16);

    public static LabelledSpectra Make(int patients, int perClass, SpectralQuantity quantity = SpectralQuantity.Reflectance, string second = "lesion")
    {
        var random = new DeterministicRandom(7);
        var values = new List<float>();
        var labels = new List<int>();
        var owners = new List<int>();
        for (var patient = 0; patient < patients; patient++)
        {
            var offset = 0.05 * random.NextSymmetric();
            for (var i = 0; i < 2 * perClass; i++)
            {
                labels.Add(i % 2);
                owners.Add(patient);
                for (var b = 0; b < Axis.Count; b++)
                {
                    var slope = (i % 2 == 0 ? 0.012 : -0.012) * (b - 7.5);
                    values.Add((float)(0.5 + offset + slope + (0.02 * random.NextNormal())));
                }
            }
        }

        return new LabelledSpectra
        {
            Name = "slopes",
            Synthetic = true,
            Classes = [new DatasetClass { Name = "wall" }, new DatasetClass { Name = second }],
            Patients = [.. Enumerable.Range(1, patients).Select(p => $"P{p:00}")],
            Wavelengths = Axis,
            Quantity = quantity,
            Values = [.. values],
            Labels = [.. labels],
            PatientIndices = [.. owners],
            Available = labels.Count,
            Unusable = 0,
        };
    }
}
