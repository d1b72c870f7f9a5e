namespace HsiEdge.Phantom.Optics;

/// <summary>What one layer of tissue is made of, and its optical coefficients from that.</summary>
/// <param name="WaterFraction">Volume fraction of water, 0…1.</param>
/// <param name="FatFraction">Volume fraction of fat, 0…1.</param>
/// <param name="HaemoglobinMicromolar">Total haemoglobin in µmol/l of tissue, ≥ 0.</param>
/// <param name="OxygenSaturation">Share of it that carries oxygen, 0…1.</param>
/// <param name="ScatterAmplitudePerCentimetre">Reduced scattering at 500 nm in 1/cm, &gt; 0.</param>
/// <param name="ScatterExponent">Exponent b of the power law, dimensionless.</param>
public sealed record TissueLayer(
    double WaterFraction,
    double FatFraction,
    double HaemoglobinMicromolar,
    double OxygenSaturation,
    double ScatterAmplitudePerCentimetre,
    double ScatterExponent)
{
    /// <summary>µa in 1/cm: the sum over chromophores of amount times coefficient.</summary>
    /// <param name="nanometres">Wavelength in nm, 400…1600.</param>
    public double AbsorptionPerCentimetre(double nanometres) =>
        (WaterFraction * Chromophores.Water.At(nanometres))
        + (FatFraction * Chromophores.Fat.At(nanometres))
        + (HaemoglobinMicromolar * HaemoglobinAt(nanometres, OxygenSaturation));

    /// <summary>µs′ = a·(λ/500 nm)^−b in 1/cm. Jacques, Phys. Med. Biol. 58 (2013) R37, eq. 1.</summary>
    /// <param name="nanometres">Wavelength in nm.</param>
    public double ReducedScatteringPerCentimetre(double nanometres) =>
        ScatterAmplitudePerCentimetre * ScatterPower(nanometres, ScatterExponent);

    /// <summary>Depth in mm at which diffuse light has fallen to 1/e: 1/√(3·µa·(µa + µs′)), diffusion theory.</summary>
    /// <param name="nanometres">Wavelength in nm.</param>
    public double PenetrationDepthMillimetres(double nanometres)
    {
        var absorption = AbsorptionPerCentimetre(nanometres);
        return 10 / Math.Sqrt(3 * absorption * (absorption + ReducedScatteringPerCentimetre(nanometres)));
    }

    /// <summary>Haemoglobin's µa in 1/cm at 1 µmol/l for an oxygen saturation.</summary>
    internal static double HaemoglobinAt(double nanometres, double saturation) =>
        (saturation * Chromophores.Oxyhaemoglobin.At(nanometres)) + ((1 - saturation) * Chromophores.Deoxyhaemoglobin.At(nanometres));

    /// <summary>(λ/500 nm)^−b.</summary>
    internal static double ScatterPower(double nanometres, double exponent) => Math.Pow(nanometres / 500, -exponent);
}
