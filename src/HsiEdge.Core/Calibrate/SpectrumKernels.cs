using System.Numerics;

namespace HsiEdge.Core.Calibrate;

/// <summary>Makes kernels of steps and checks their parameters.</summary>
internal static class SpectrumKernels
{
    private const int HighestMscDegree = 8;

    /// <summary>Makes the kernel of one step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="index">Its position in the chain, 0-based, for messages.</param>
    /// <param name="bands">Bands that reach it.</param>
    /// <exception cref="BadInputException">A parameter is out of range.</exception>
    public static SpectrumKernel<T> Create<T>(PreprocessingStep step, int index, int bands)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (step)
        {
            case AbsorbanceStep s:
                Check(double.IsFinite(s.Floor) && s.Floor > 0, index, "absorbance", "floor", s.Floor, "a number above 0");
                return new AbsorbanceKernel<T>(bands, s.Floor);
            case SnvStep:
                Check(bands > 1, index, "snv", "number of bands", bands, "at least 2");
                return new SnvKernel<T>(bands);
            case SavitzkyGolayStep s:
                CheckWindow(s.Window, index, "savitzky-golay", bands);
                Check(s.PolynomialOrder >= 0 && s.PolynomialOrder < s.Window, index, "savitzky-golay", "polynomialOrder", s.PolynomialOrder, $"0…{s.Window - 1}");
                Check(s.Derivative >= 0 && s.Derivative <= s.PolynomialOrder, index, "savitzky-golay", "derivative", s.Derivative, $"0…{s.PolynomialOrder}");
                return new SavitzkyGolayKernel<T>(bands, s);
            case MscStep s:
                Check(s.PolynomialDegree is >= 0 and <= HighestMscDegree, index, "msc", "polynomialDegree", s.PolynomialDegree, $"0…{HighestMscDegree}");
                CheckValues(s.Reference, index, "msc", "reference", bands, nonZero: false);
                return MscKernel<T>.Create(s, index, bands);
            case NormalizeStep s:
                Check(Enum.IsDefined(s.Norm), index, "normalize", "norm", s.Norm, string.Join(", ", Enum.GetNames<SpectrumNorm>()));
                return new NormalizeKernel<T>(bands, s.Norm);
            case CenterStep s:
                CheckValues(s.Values, index, "center", "values", bands, nonZero: false);
                return new CenterKernel<T>(s.Values);
            case ScaleStep s:
                CheckValues(s.Values, index, "scale", "values", bands, nonZero: true);
                return new ScaleKernel<T>(s.Values);
            case CropStep s:
                Check(s.FirstBand >= 0 && s.FirstBand < bands, index, "crop", "firstBand", s.FirstBand, $"0…{bands - 1}");
                Check(s.BandCount >= 1 && s.BandCount <= bands - s.FirstBand, index, "crop", "bandCount", s.BandCount, $"1…{bands - s.FirstBand}");
                return new CropKernel<T>(s);
            case RemoveSpikesStep s:
                CheckWindow(s.Window, index, "remove-spikes", bands);
                Check(double.IsFinite(s.Threshold) && s.Threshold > 0, index, "remove-spikes", "threshold", s.Threshold, "a number above 0");
                return new RemoveSpikesKernel<T>(bands, s);
            default:
                throw new BadInputException($"Preprocessing step {index + 1} is {step?.GetType().Name ?? "null"}, which this version does not know.");
        }
    }

    /// <summary>The message of a wrong parameter.</summary>
    public static BadInputException Refusal(int index, string step, string parameter, object found, string expected) =>
        new($"Preprocessing step {index + 1} ({step}): {parameter} is {found}; expected {expected}. Correct the model's card.");

    private static void CheckWindow(int window, int index, string step, int bands) =>
        Check(window >= 3 && window <= bands && window % 2 == 1, index, step, "window", window, $"an odd number from 3 to the number of bands, {bands}");

    private static void CheckValues(IReadOnlyList<double>? values, int index, string step, string parameter, int bands, bool nonZero)
    {
        Check(values is not null, index, step, parameter, "missing", $"{bands} values, one a band");
        Check(values!.Count == bands, index, step, $"number of {parameter}", values.Count, $"{bands}, one a band");
        for (var band = 0; band < bands; band++)
        {
            Check(
                double.IsFinite(values[band]) && (!nonZero || values[band] != 0),
                index, step, $"{parameter}[{band}]", values[band], nonZero ? "a finite number other than 0" : "a finite number");
        }
    }

    private static void Check(bool right, int index, string step, string parameter, object found, string expected)
    {
        if (!right)
        {
            throw Refusal(index, step, parameter, found, expected);
        }
    }
}
