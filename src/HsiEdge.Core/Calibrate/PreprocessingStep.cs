using System.Text.Json.Serialization;

namespace HsiEdge.Core.Calibrate;

/// <summary>
/// One step of a model's preprocessing chain as its card describes it (JSON property <c>step</c> names it). Steps act on one spectrum
/// on the model's wavelengths, in order, starting from the card's input quantity.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "step", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(AbsorbanceStep), "absorbance")]
[JsonDerivedType(typeof(SnvStep), "snv")]
[JsonDerivedType(typeof(SavitzkyGolayStep), "savitzky-golay")]
[JsonDerivedType(typeof(MscStep), "msc")]
[JsonDerivedType(typeof(NormalizeStep), "normalize")]
[JsonDerivedType(typeof(CenterStep), "center")]
[JsonDerivedType(typeof(ScaleStep), "scale")]
public abstract record PreprocessingStep;

/// <summary>A = −log10(max(R, floor)).</summary>
/// <param name="Floor">Smallest reflectance taken to the logarithm, &gt; 0.</param>
public sealed record AbsorbanceStep(double Floor = 1e-4) : PreprocessingStep;

/// <summary>Standard normal variate: (x − mean)/standard deviation (n − 1) of the spectrum. Barnes et al., Appl. Spectrosc. 43 (1989) 772.</summary>
public sealed record SnvStep : PreprocessingStep;

/// <summary>Savitzky–Golay smoothing (derivative 0) or derivative. Savitzky and Golay, Anal. Chem. 36 (1964) 1627.</summary>
/// <param name="Window">Number of points, odd, ≥ 3, at most the number of bands.</param>
/// <param name="PolynomialOrder">Order of the polynomial, 0 ≤ order &lt; window.</param>
/// <param name="Derivative">Order of the derivative per band index, 0…order.</param>
public sealed record SavitzkyGolayStep(int Window, int PolynomialOrder, int Derivative) : PreprocessingStep;

/// <summary>Multiplicative scatter correction: x = a + b·reference by least squares, gives (x − a)/b. Geladi et al., Appl. Spectrosc. 39 (1985) 491.</summary>
/// <param name="Reference">Mean spectrum of the training data, one value a band.</param>
public sealed record MscStep(IReadOnlyList<double> Reference) : PreprocessingStep;

/// <summary>Divides the spectrum by a norm of its values.</summary>
/// <param name="Norm">Which norm.</param>
public sealed record NormalizeStep(SpectrumNorm Norm) : PreprocessingStep;

/// <summary>Subtracts a value from each band.</summary>
/// <param name="Values">One a band.</param>
public sealed record CenterStep(IReadOnlyList<double> Values) : PreprocessingStep;

/// <summary>Divides each band by a value.</summary>
/// <param name="Values">One a band, none zero.</param>
public sealed record ScaleStep(IReadOnlyList<double> Values) : PreprocessingStep;

/// <summary>Norms of <see cref="NormalizeStep"/>.</summary>
public enum SpectrumNorm
{
    /// <summary>Sum of absolute values (area): Σ|x|.</summary>
    Area,

    /// <summary>Euclidean length (vector): √Σx².</summary>
    Vector,

    /// <summary>Plain sum: Σx.</summary>
    Sum,

    /// <summary>Largest absolute value: max|x|.</summary>
    Maximum,
}
