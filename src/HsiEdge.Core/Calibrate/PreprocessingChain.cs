using System.Numerics;

namespace HsiEdge.Core.Calibrate;

/// <summary>
/// A model's preprocessing, ready to run over tiles of spectra. Immutable and thread-safe: one chain serves all workers, each with
/// scratch of its own. <c>float</c> is the production path, <c>double</c> the proof.
/// </summary>
/// <remarks>
/// A spectrum without shape (constant under SNV, zero under a norm, unrelated to the MSC reference) gives values that are not finite:
/// such a pixel is no data. Nothing is replaced by a guess.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class PreprocessingChain<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly SpectrumKernel<T>[] _kernels;

    /// <summary>Prepares the steps.</summary>
    /// <param name="steps">Steps in order, from a card.</param>
    /// <param name="bands">Bands of the spectra given to <see cref="Apply"/>, ≥ 1.</param>
    /// <exception cref="BadInputException">A step's parameter is out of range; the message names the step, the parameter and the range.</exception>
    public PreprocessingChain(IReadOnlyList<PreprocessingStep> steps, int bands)
    {
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentOutOfRangeException.ThrowIfLessThan(bands, 1);
        InputBands = bands;
        _kernels = new SpectrumKernel<T>[steps.Count];
        var current = bands;
        for (var i = 0; i < steps.Count; i++)
        {
            var kernel = SpectrumKernels.Create<T>(steps[i], i, current);
            _kernels[i] = kernel;
            ScratchLength = Math.Max(ScratchLength, kernel.ScratchLength);
            current = kernel.OutputBands;
        }

        OutputBands = current;
    }

    /// <summary>Bands of a spectrum before the first step.</summary>
    public int InputBands { get; }

    /// <summary>Bands of a spectrum after the last step; fewer than <see cref="InputBands"/> only where a <see cref="CropStep"/> drops some.</summary>
    public int OutputBands { get; }

    /// <summary>Values of scratch that <see cref="Apply"/> needs, whatever the number of pixels.</summary>
    public int ScratchLength { get; }

    /// <summary>Preprocesses a tile in place. Allocates nothing.</summary>
    /// <param name="spectra">
    /// pixels × <see cref="InputBands"/> values, pixel-major, band fastest; afterwards its first pixels × <see cref="OutputBands"/>
    /// values are the result, packed.
    /// </param>
    /// <param name="pixels">Number of pixels, ≥ 0.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> values; their content is of no matter.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public void Apply(Span<T> spectra, int pixels, Span<T> scratch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pixels);
        if (spectra.Length < (long)pixels * InputBands)
        {
            throw new ArgumentException($"{spectra.Length} values for {pixels} pixels × {InputBands} bands.", nameof(spectra));
        }

        if (scratch.Length < ScratchLength)
        {
            throw new ArgumentException($"{scratch.Length} values of scratch; {ScratchLength} are needed.", nameof(scratch));
        }

        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var spectrum = spectra.Slice(pixel * InputBands, InputBands);
            foreach (var kernel in _kernels)
            {
                kernel.Apply(spectrum, scratch);
                spectrum = spectrum[..kernel.OutputBands];
            }

            if (OutputBands != InputBands)
            {
                spectrum.CopyTo(spectra.Slice(pixel * OutputBands, OutputBands));
            }
        }
    }
}
