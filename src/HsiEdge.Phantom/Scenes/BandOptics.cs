using HsiEdge.Phantom.Optics;

namespace HsiEdge.Phantom.Scenes;

/// <summary>What one wavelength makes of a patient's substances: the coefficients that a scene's pixels multiply.</summary>
/// <param name="Water">µa of water in 1/cm.</param>
/// <param name="Fat">µa of fat in 1/cm.</param>
/// <param name="MucosaBlood">µa of the mucosa's blood in 1/cm at 1 µmol/l.</param>
/// <param name="BelowBlood">µa of the lower layer's blood in 1/cm at 1 µmol/l.</param>
/// <param name="MucosaPower">Scatter power of the mucosa, (λ/500 nm)^−b.</param>
/// <param name="WallPower">Scatter power of the wall.</param>
/// <param name="LesionPower">Scatter power of the lesion.</param>
public readonly record struct BandOptics(
    float Water, float Fat, float MucosaBlood, float BelowBlood, float MucosaPower, float WallPower, float LesionPower)
{
    /// <summary>The coefficients of a patient at a wavelength.</summary>
    /// <param name="patient">Whose.</param>
    /// <param name="nanometres">Wavelength in nm, 400…1600.</param>
    public static BandOptics At(PhantomPatient patient, double nanometres)
    {
        ArgumentNullException.ThrowIfNull(patient);
        return new BandOptics(
            (float)Chromophores.Water.At(nanometres),
            (float)Chromophores.Fat.At(nanometres),
            (float)TissueLayer.HaemoglobinAt(nanometres, patient.Mucosa.OxygenSaturation),
            (float)TissueLayer.HaemoglobinAt(nanometres, patient.Wall.OxygenSaturation),
            (float)TissueLayer.ScatterPower(nanometres, patient.Mucosa.ScatterExponent),
            (float)TissueLayer.ScatterPower(nanometres, patient.Wall.ScatterExponent),
            (float)TissueLayer.ScatterPower(nanometres, patient.Lesion.ScatterExponent));
    }
}
