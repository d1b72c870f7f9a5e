using CsCheck;
using HsiEdge.ModelBuilder.Train;
using Xunit;

namespace HsiEdge.Tests.ModelBuilder;

public sealed class DataSplitterTests
{
    [Fact]
    public void Every_spectrum_is_in_one_part_and_no_patient_in_two() => Gen.Select(Gen.Int[1, 14], Gen.Int[2, 30], Gen.Int[0, 1000])
        .Sample((patients, perClass, seed) =>
        {
            var data = SyntheticSpectra.Make(patients, perClass);

            var split = DataSplitter.Split(data, [.. Enumerable.Range(0, data.Count)], [], seed);

            var parts = new[] { split.Training, split.Validation, split.HeldOut };
            Assert.Equal(Enumerable.Range(0, data.Count), parts.SelectMany(part => part).Order());
            Assert.All(parts.Take(2), part => Assert.Equal(2, part.Select(i => data.Labels[i]).Distinct().Count()));
            Assert.Equal(patients >= 3, split.ByPatient);
            if (split.ByPatient)
            {
                Assert.Equal(patients, parts.Sum(part => part.Select(i => data.PatientIndices[i]).Distinct().Count()));
                Assert.Equal(patients >= 5, split.HeldOut.Count > 0);
            }
        });

    [Fact]
    public void A_class_of_one_patient_alone_leads_to_a_split_by_spectrum()
    {
        var data = SyntheticSpectra.Make(patients: 5, perClass: 10);
        for (var i = 0; i < data.Count; i++)
        {
            data.Labels[i] = data.PatientIndices[i] == 0 ? 1 : 0;
        }

        var split = DataSplitter.Split(data, [.. Enumerable.Range(0, data.Count)], [], 1);

        Assert.False(split.ByPatient);
        Assert.Contains(split.Validation, i => data.Labels[i] == 1);
        Assert.Contains("too few patients", split.Description, StringComparison.Ordinal);
    }
}
