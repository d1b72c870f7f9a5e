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
[JsonDerivedType(typeof(CropStep), "crop")]
[JsonDerivedType(typeof(RemoveSpikesStep), "remove-spikes")]
public abstract record PreprocessingStep;

/// <summary>A = −log10(max(R, floor)).</summary>
/// <param name="Floor">Smallest reflectance taken to the logarithm, &gt; 0.</param>
public sealed record AbsorbanceStep(double Floor = 1e-4) : PreprocessingStep;

/// <summary>Standard normal variate: (x − mean)/standard deviation (n − 1) of the spectrum. Barnes et al., Appl. Spectrosc. 43 (1989) 772.</summary>
public sealed record SnvStep : PreprocessingStep;

/// <summary>
/// Savitzky–Golay smoothing (derivative 0) or derivative. Savitzky and Golay, Anal. Chem. 36 (1964) 1627. Within half a window of
/// either end the polynomial fitted to the outermost whole window is evaluated (or differentiated) off its centre, so that the
/// spectrum keeps its length and no value is invented beyond it; Gorry, Anal. Chem. 62 (1990) 570.
/// </summary>
/// <param name="Window">Number of points, odd, ≥ 3, at most the number of bands.</param>
/// <param name="PolynomialOrder">Order of the polynomial, 0 ≤ order &lt; window.</param>
/// <param name="Derivative">Order of the derivative per band index, 0…order.</param>
public sealed record SavitzkyGolayStep(int Window, int PolynomialOrder, int Derivative) : PreprocessingStep;

/// <summary>
/// Multiplicative scatter correction: x = a + b·reference (+ Σ cₖ·tᵏ) by least squares, gives (x − a − Σ cₖ·tᵏ)/b, where t runs
/// evenly from −1 at the first band to 1 at the last. Geladi et al., Appl. Spectrosc. 39 (1985) 491; the extended form (degree ≥ 1)
/// Martens and Stark, J. Pharm. Biomed. Anal. 9 (1991) 625.
/// </summary>
/// <param name="Reference">Mean spectrum of the training data, one value a band.</param>
/// <param name="PolynomialDegree">Highest power k of t that is fitted and removed, 0…8; 0 is plain MSC.</param>
public sealed record MscStep(IReadOnlyList<double> Reference, int PolynomialDegree = 0) : PreprocessingStep;

/// <summary>Divides the spectrum by a norm of its values.</summary>
/// <param name="Norm">Which norm.</param>
public sealed record NormalizeStep(SpectrumNorm Norm) : PreprocessingStep;

/// <summary>Subtracts a value from each band.</summary>
/// <param name="Values">One a band.</param>
public sealed record CenterStep(IReadOnlyList<double> Values) : PreprocessingStep;

/// <summary>Divides each band by a value.</summary>
/// <param name="Values">One a band, none zero.</param>
public sealed record ScaleStep(IReadOnlyList<double> Values) : PreprocessingStep;

/// <summary>
/// Keeps a run of bands and drops the others (the ends that a derivative has made unreliable, say). Later steps and the network see
/// <paramref name="BandCount"/> bands; the card's wavelengths stay those before the first step.
/// </summary>
/// <param name="FirstBand">First band kept, 0-based.</param>
/// <param name="BandCount">Number of bands kept, ≥ 1.</param>
public sealed record CropStep(int FirstBand, int BandCount) : PreprocessingStep;

/// <summary>
/// Removes spikes: a band whose difference d from the band before has |d − median(d)|/MAD(d) above the threshold is replaced by the
/// mean of the bands within half a window that are no spikes themselves (MAD times 1.4826, the normal distribution's factor; taken
/// as 1 where it is below 1e-10). After Whitaker and Hayes, Chemom. Intell. Lab. Syst. 179 (2018) 82.
/// </summary>
/// <param name="Window">Width of the neighbourhood, odd, ≥ 3, at most the number of bands.</param>
/// <param name="Threshold">Multiple of the MAD, &gt; 0.</param>
public sealed record RemoveSpikesStep(int Window = 5, double Threshold = 6) : PreprocessingStep;

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
