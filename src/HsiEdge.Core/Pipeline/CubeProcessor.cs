using System.Globalization;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;

namespace HsiEdge.Core.Pipeline;

/// <summary>
/// Calibrate and Infer over a cube, tile by tile on N workers. Live capture, replay and evaluation share it. The caller's thread is the
/// first worker, the others are threads of its own; buffers are made once and kept, so that a cube costs its maps and nothing per pixel.
/// One cube at a time.
/// </summary>
public sealed class CubeProcessor : IDisposable
{
    private readonly ProcessingOptions _options;
    private readonly ModelCard _card;
    private readonly WavelengthAxis _modelAxis;
    private readonly TileWorker[] _workers;
    private readonly WorkerThreads _threads;
    private readonly TileTally _total = new();
    private CubeRecipe? _recipe;

    /// <summary>Makes a processor with its workers and buffers.</summary>
    /// <param name="model">The model; not disposed here.</param>
    /// <param name="options">Workers, tile size and limits.</param>
    /// <exception cref="BadInputException">The card asks for what cannot be given, or an option is out of range.</exception>
    public CubeProcessor(IPixelModel model, ProcessingOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        var validation = new ProcessingOptionsValidator().Validate(null, options);
        if (validation.Failed)
        {
            throw new BadInputException(validation.FailureMessage);
        }

        _options = options;
        _card = model.Card;
        if (_card.InputQuantity is not (SpectralQuantity.Reflectance or SpectralQuantity.Absorbance))
        {
            throw new BadInputException(
                $"The card of model {_card.Name} {_card.Version} has inputQuantity {_card.InputQuantity}; expected reflectance or absorbance. Pack the model with one of them.");
        }

        _modelAxis = _card.Wavelengths;
        var chain = new PreprocessingChain<float>(_card.Preprocessing, _modelAxis.Count);
        var decision = new PixelDecision(_card);
        _workers = new TileWorker[options.Workers == 0 ? Environment.ProcessorCount : options.Workers];
        for (var i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new TileWorker(model, chain, decision, options);
        }

        _threads = new WorkerThreads(_workers);
    }

    /// <summary>Makes the maps of one cube.</summary>
    /// <param name="cube">The cube.</param>
    /// <param name="calibration">References for raw counts; null when the cube is already reflectance or absorbance.</param>
    /// <param name="nowUtc">Wall clock, for the age of the references.</param>
    /// <param name="progress">Receives the share done, 0…1, or null.</param>
    /// <param name="cancellationToken">Stops between tiles.</param>
    /// <exception cref="BadInputException">The cube does not fit the model or the references; the message says which and how.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public CubeMaps Process(
        AcquiredCube cube, CalibrationSet? calibration, DateTimeOffset nowUtc, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cube);
        var recipe = Prepare(cube, calibration);
        var shape = recipe.Shape;
        var classCount = _card.Classes.Count;
        if (shape.PixelCount * classCount > Array.MaxLength)
        {
            throw new BadInputException($"The cube {cube.Origin} of {shape} is too large for a probability map of {classCount} classes in memory. Cut it into parts.");
        }

        // Every value is written: pixels without data get class 0 and NaN.
        var pixels = (int)shape.PixelCount;
        var classes = new ClassMap(shape.Lines, shape.Samples, GC.AllocateUninitializedArray<byte>(pixels));
        var probabilities = new ProbabilityMap(shape.Lines, shape.Samples, classCount, GC.AllocateUninitializedArray<float>(pixels * classCount));
        _threads.Run(new CubeJob(cube.Cube, recipe, classes, probabilities, _options.TilePixels, progress, cancellationToken));

        _total.Clear();
        foreach (var worker in _workers)
        {
            _total.Add(worker.Tally);
        }

        var counts = _total.ToCounts();
        var drift = DriftReasons(cube, calibration);
        return new CubeMaps(classes, probabilities, counts, Flags(recipe, counts, calibration, nowUtc) | (drift.Count > 0 ? CalibrationFlags.Drifted : CalibrationFlags.None))
        {
            DriftReasons = drift,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _threads.Dispose();
        foreach (var worker in _workers)
        {
            worker.Dispose();
        }
    }

    private CubeRecipe Prepare(AcquiredCube acquired, CalibrationSet? calibration)
    {
        var cube = acquired.Cube;
        if (cube.Quantity == SpectralQuantity.RawCounts && calibration is null)
        {
            throw new BadInputException(
                $"The cube {acquired.Origin} holds raw counts and there is no calibration set: the model {_card.Name} reads {_card.InputQuantity}. " +
                "Give a white (and dark) reference of this camera, exposure and plan.");
        }

        if (cube.Quantity != SpectralQuantity.RawCounts && calibration is not null)
        {
            throw new BadInputException(
                $"The cube {acquired.Origin} is already {cube.Quantity}, and calibration set {calibration.Id} was given for it. Leave out the references, or give the raw cube.");
        }

        if (calibration is not null)
        {
            // Exposure and serial may differ from cube to cube of the same shape: checked each time.
            CalibrationSetValidator.Check(calibration, acquired, _options.WavelengthToleranceNanometres);
        }

        if (_recipe is { } last && last.Shape == cube.Shape && last.Quantity == cube.Quantity &&
            ReferenceEquals(last.Calibrator?.Set, calibration) && last.Wavelengths.Equals(cube.Wavelengths))
        {
            return last;
        }

        var resampler = BandResampler.Create(cube.Wavelengths, _modelAxis, _options.WavelengthToleranceNanometres);
        var calibrator = calibration is null
            ? null
            : new ReflectanceCalibrator(calibration, cube.Shape, resampler.UsedSourceBands, _options.MinimumSignalCounts);
        return _recipe = new CubeRecipe(cube.Shape, cube.Wavelengths, cube.Quantity, resampler, calibrator);
    }

    /// <summary>All that says that the references no longer fit, with figures.</summary>
    private List<string> DriftReasons(AcquiredCube cube, CalibrationSet? calibration)
    {
        List<string> reasons = [];
        if (calibration is not null)
        {
            string?[] found =
            [
                CalibrationSetValidator.DarkDrift(calibration, cube),
                CalibrationSetValidator.TemperatureDrift(calibration, cube, _options.MaximumTemperatureDriftCelsius),
            ];
            reasons.AddRange(found.OfType<string>());
        }

        if (_total.Compared > 0 && _total.Implausible > _options.MaximumImplausibleFraction * _total.Compared)
        {
            reasons.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"level: {Percent(_total.TooBright)} % of the pixels are brighter than the white reference explains and {Percent(_total.BelowDark)} % darker than the dark one; allowed are {100 * _options.MaximumImplausibleFraction:0.##} % together"));
        }

        return reasons;
    }

    private string Percent(long pixels) => (100.0 * pixels / _total.Compared).ToString("0.#", CultureInfo.InvariantCulture);

    private CalibrationFlags Flags(CubeRecipe recipe, PixelCounts counts, CalibrationSet? calibration, DateTimeOffset nowUtc)
    {
        var pixels = (double)recipe.Shape.PixelCount;
        var flags = calibration is null
            ? CalibrationFlags.None
            : CalibrationSetValidator.AgeFlags(calibration, nowUtc, _options.MaximumCalibrationAgeHours);
        if (counts.Saturated > _options.MaximumSaturatedFraction * pixels)
        {
            flags |= CalibrationFlags.ManySaturated;
        }

        if (counts.UnderExposed > _options.MaximumUnderExposedFraction * pixels)
        {
            flags |= CalibrationFlags.ManyUnderExposed;
        }

        return recipe.Resampler.Resamples ? flags | CalibrationFlags.Resampled : flags;
    }
}
