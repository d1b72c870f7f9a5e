using System.Globalization;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Infer;
using HsiEdge.ModelBuilder.Data;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>A plan with its values, and the 8-bit encoding that its output needs.</summary>
/// <param name="Steps">For the card.</param>
/// <param name="Encoding">For the card.</param>
public sealed record FittedPreprocessing(IReadOnlyList<PreprocessingStep> Steps, InputEncoding Encoding)
{
    /// <summary>Spectra at most that a fit looks at; evenly taken from more.</summary>
    private const int MaximumFitted = 20_000;

    /// <summary>
    /// Share of values beyond the codes at each end, before the margin. Glints and dark edges reach ten times as far as tissue does; codes
    /// that held them all would leave tissue a quarter of their resolution (docs/decisions/0010-trainer.md has the figures).
    /// </summary>
    private const double Beyond = 0.001;

    /// <summary>The codes reach beyond those percentiles by this share of their distance.</summary>
    private const double Margin = 0.1;

    /// <summary>Fits a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="data">The data.</param>
    /// <param name="training">Indices of the training spectra.</param>
    /// <exception cref="BadInputException">A step's parameters do not fit the bands, or no spectrum survives the steps.</exception>
    public static FittedPreprocessing Fit(PreprocessingPlan plan, LabelledSpectra data, IReadOnlyList<int> training)
    {
        var stride = Math.Max(1, (training.Count + MaximumFitted - 1) / MaximumFitted);
        var indices = training.Where((_, position) => position % stride == 0).ToArray();
        var bands = data.Bands;
        var current = new double[indices.Length * bands];
        for (var i = 0; i < indices.Length; i++)
        {
            var spectrum = data.Spectrum(indices[i]);
            for (var b = 0; b < bands; b++)
            {
                current[(i * bands) + b] = spectrum[b];
            }
        }

        var steps = new List<PreprocessingStep>();
        foreach (var planned in plan.Steps)
        {
            var step = planned.Fitted switch
            {
                FittedKind.Center => new CenterStep(Means(current, bands)),
                FittedKind.Scale => new ScaleStep(Deviations(current, bands)),
                FittedKind.Msc => ((MscStep)planned.Step) with { Reference = Means(current, bands) },
                _ => planned.Step,
            };
            steps.Add(step);
            var chain = new PreprocessingChain<double>([step], bands);
            var pixels = current.Length / bands;
            chain.Apply(current, pixels, new double[chain.ScratchLength]);
            bands = chain.OutputBands;
            current = Finite(current.AsSpan(0, pixels * bands), bands);
            if (current.Length == 0)
            {
                throw new BadInputException($"Preprocessing: no training spectrum is left after the step {step.GetType().Name}; the spectra do not suit it. Choose other steps with --preprocessing.");
            }
        }

        return bands == data.Bands
            ? new FittedPreprocessing(steps, Encode(current))
            : throw new BadInputException(
                $"Preprocessing: the steps leave {bands} of {data.Bands} bands; a model takes all its bands. List the wanted bands as wavelengthsNanometres in {DatasetDocument.FileName} instead.");
    }

    private static double[] Finite(Span<double> values, int bands)
    {
        var kept = 0;
        for (var i = 0; i < values.Length; i += bands)
        {
            var spectrum = values.Slice(i, bands);
            if (IsFinite(spectrum))
            {
                spectrum.CopyTo(values.Slice(kept, bands));
                kept += bands;
            }
        }

        return values[..kept].ToArray();
    }

    private static bool IsFinite(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (!double.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }

    private static double[] Means(double[] values, int bands)
    {
        var means = new double[bands];
        for (var i = 0; i < values.Length; i++)
        {
            means[i % bands] += values[i];
        }

        return [.. means.Select(sum => Round(sum * bands / values.Length))];
    }

    /// <summary>Standard deviations, none below a twentieth of their median: a band that hardly varies is not blown up to noise.</summary>
    private static double[] Deviations(double[] values, int bands)
    {
        var means = Means(values, bands);
        var squares = new double[bands];
        for (var i = 0; i < values.Length; i++)
        {
            var difference = values[i] - means[i % bands];
            squares[i % bands] += difference * difference;
        }

        var deviations = squares.Select(sum => Math.Sqrt(sum * bands / values.Length)).ToArray();
        var floor = Math.Max(deviations.Order().ElementAt(bands / 2) / 20, 1e-12);
        return [.. deviations.Select(deviation => Round(Math.Max(deviation, floor)))];
    }

    private static InputEncoding Encode(double[] values)
    {
        var sorted = (double[])values.Clone();
        Array.Sort(sorted);
        var low = sorted[(int)(Beyond * (sorted.Length - 1))];
        var high = sorted[(int)Math.Ceiling((1 - Beyond) * (sorted.Length - 1))];
        var margin = Margin * (high - low);
        low = Math.Min(low - margin, 0);
        high = Math.Max(high + margin, 0);

        // The scale is a float32 in the model: the card holds that very number.
        var scale = (float)(Math.Max(high - low, 1e-9) / 255);
        return new InputEncoding(scale, (int)Math.Clamp(Math.Round(-low / scale), 0, 255));
    }

    /// <summary>Seven significant digits: all that float holds, and the card stays readable.</summary>
    private static double Round(double value) => double.Parse(value.ToString("G7", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
