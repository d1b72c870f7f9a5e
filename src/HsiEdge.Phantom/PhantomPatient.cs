using HsiEdge.Phantom.Optics;

namespace HsiEdge.Phantom;

/// <summary>
/// One digital patient: the wall's layers, the lesion's and the mucosa's thickness, drawn from the seed. Patients differ more than the pixels of one
/// patient do, which is why models are judged on patients they have not seen. Ranges: <c>docs/decisions/0006-phantom-assumptions.md</c>.
/// </summary>
/// <param name="Name">Name within a data set, such as P007.</param>
/// <param name="Mucosa">Mean composition of the mucosa.</param>
/// <param name="Wall">Mean composition of the submucosa and muscle below it.</param>
/// <param name="Lesion">Composition of the lesion, where one lies below the mucosa instead of the wall.</param>
/// <param name="ThicknessMillimetres">Mean thickness of the mucosa in mm.</param>
/// <param name="LesionDiameterMillimetres">Mean diameter of the lesion in mm.</param>
/// <param name="SceneSeed">Seed of the patient's spatial variation.</param>
public sealed record PhantomPatient(
    string Name,
    TissueLayer Mucosa,
    TissueLayer Wall,
    TissueLayer Lesion,
    double ThicknessMillimetres,
    double LesionDiameterMillimetres,
    ulong SceneSeed)
{
    private const ulong PatientStreams = 1UL << 32;

    /// <summary>Draws the patient of an index; the same seed and index give the same patient.</summary>
    /// <param name="seed">Seed of the population.</param>
    /// <param name="index">Which patient, ≥ 0.</param>
    /// <param name="separation">How lesions depart from walls.</param>
    public static PhantomPatient Draw(ulong seed, int index, PhantomSeparation separation)
    {
        ArgumentNullException.ThrowIfNull(separation);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var random = new PhantomRandom(seed, PatientStreams + (ulong)index);
        var mucosa = new TissueLayer(
            WaterFraction: random.NextBetween(0.74, 0.84),
            FatFraction: random.NextBetween(0.00, 0.02),
            HaemoglobinMicromolar: random.NextBetween(40, 120),
            OxygenSaturation: random.NextBetween(0.60, 0.85),
            ScatterAmplitudePerCentimetre: 18.8 * random.NextBetween(0.85, 1.15),
            ScatterExponent: 1.90 + random.NextBetween(-0.10, 0.10));
        var wall = new TissueLayer(
            WaterFraction: random.NextBetween(0.66, 0.76),
            FatFraction: random.NextBetween(0.05, 0.15),
            HaemoglobinMicromolar: random.NextBetween(20, 70),
            OxygenSaturation: random.NextBetween(0.55, 0.80),
            ScatterAmplitudePerCentimetre: 18.9 * random.NextBetween(0.85, 1.25),
            ScatterExponent: 1.286 + random.NextBetween(-0.10, 0.10));
        var contrast = Math.Clamp(1 + (separation.PatientSpread * random.NextNormal()), 0.4, 1.6);
        var lesion = new TissueLayer(
            WaterFraction: Math.Clamp(wall.WaterFraction + (contrast * separation.WaterDifference), 0.5, 0.9),
            FatFraction: wall.FatFraction * Math.Max(0.02, 1 + (contrast * (separation.FatRatio - 1))),
            HaemoglobinMicromolar: wall.HaemoglobinMicromolar * Math.Max(0.1, 1 + (contrast * (separation.HaemoglobinRatio - 1))),
            OxygenSaturation: wall.OxygenSaturation,
            ScatterAmplitudePerCentimetre: wall.ScatterAmplitudePerCentimetre * Math.Max(0.3, 1 + (contrast * (separation.ScatterRatio - 1))),
            ScatterExponent: wall.ScatterExponent + (contrast * separation.ScatterExponentDifference));
        return new PhantomPatient(
            $"P{index + 1:000}", mucosa, wall, lesion, random.NextBetween(0.5, 1.6), random.NextBetween(9, 16), random.NextBits());
    }
}
