using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Phantom.Instrument;
using HsiEdge.Phantom.Optics;
using HsiEdge.Phantom.Scenes;

namespace HsiEdge.Phantom;

/// <summary>Makes synthetic cubes: patient → wall → view → light → counts.</summary>
public static class PhantomGenerator
{
    private const ulong NoiseStreams = 1UL << 40;
    private const ulong ViewStreams = 1UL << 48;

    /// <summary>Makes one cube with its references and labels.</summary>
    /// <param name="options">Which cube.</param>
    /// <exception cref="BadInputException">An option is outside its range.</exception>
    public static PhantomCube Generate(PhantomOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Validate(options);
        var patient = PhantomPatient.Draw(options.Seed, options.Patient, options.Separation);
        var instrument = new PhantomInstrument(options.Seed, options.Lines, options.Samples);
        var noise = new PhantomRandom(options.Seed, NoiseStreams + CubeNumber(options));
        var exposures = Enumerable.Repeat(options.ExposureMicroseconds, options.WavelengthAxis.Count).ToArray();
        var scene = MakeScene(options, patient);
        var calibration = new CalibrationSet
        {
            Id = $"{instrument.Identity.Serial}-{patient.Name}-{options.View}",
            CameraSerial = instrument.Identity.Serial,
            ExposureMicroseconds = exposures,
            Wavelengths = options.WavelengthAxis,
            TakenUtc = null,
            Dark = instrument.TakeReference(options.WavelengthAxis, exposures, white: false, options.ReferenceAverages, noise),
            White = instrument.TakeReference(options.WavelengthAxis, exposures, white: true, options.ReferenceAverages, noise),
            BadPixels = instrument.CopyBadPixels(),
        };
        return new PhantomCube
        {
            Patient = patient,
            Raw = Expose(options, instrument, scene, noise),
            Calibration = calibration,
            Camera = instrument.Identity,
            Scene = scene,
            Labels = scene.Labels(),
            PixelPitchMillimetres = options.PixelPitchMillimetres,
        };
    }

    /// <summary>Diffuse reflectance of a mucosa of given thickness over another tissue, 0…1, one value a band.</summary>
    /// <param name="mucosa">The upper layer.</param>
    /// <param name="thicknessMillimetres">Its thickness in mm, ≥ 0.</param>
    /// <param name="below">The half-space below.</param>
    /// <param name="wavelengths">Bands in nm, within 400…1600.</param>
    public static float[] ReflectanceSpectrum(TissueLayer mucosa, double thicknessMillimetres, TissueLayer below, WavelengthAxis wavelengths)
    {
        ArgumentNullException.ThrowIfNull(mucosa);
        ArgumentNullException.ThrowIfNull(below);
        ArgumentNullException.ThrowIfNull(wavelengths);
        ArgumentOutOfRangeException.ThrowIfNegative(thicknessMillimetres);
        var spectrum = new float[wavelengths.Count];
        for (var band = 0; band < spectrum.Length; band++)
        {
            var nanometres = wavelengths[band];
            spectrum[band] = TwoLayerReflectance.Evaluate(
                (float)mucosa.AbsorptionPerCentimetre(nanometres),
                (float)mucosa.ReducedScatteringPerCentimetre(nanometres),
                (float)thicknessMillimetres,
                (float)below.AbsorptionPerCentimetre(nanometres),
                (float)below.ReducedScatteringPerCentimetre(nanometres));
        }

        return spectrum;
    }

    /// <summary>Diameter in mm at which a patient's lesion is shown: a small field shows a smaller lesion, rather than nothing but lesion.</summary>
    /// <param name="patient">Whose lesion.</param>
    /// <param name="lines">Lines of the field.</param>
    /// <param name="samples">Samples of the field.</param>
    /// <param name="pixelPitchMillimetres">Size of a pixel in mm.</param>
    public static double LesionDiameterMillimetres(PhantomPatient patient, int lines, int samples, double pixelPitchMillimetres)
    {
        ArgumentNullException.ThrowIfNull(patient);
        return Math.Min(patient.LesionDiameterMillimetres, 0.55 * pixelPitchMillimetres * Math.Min(lines, samples));
    }

    private static PhantomScene MakeScene(PhantomOptions options, PhantomPatient patient)
    {
        var random = new PhantomRandom(options.Seed, ViewStreams + CubeNumber(options));
        var width = options.Samples * options.PixelPitchMillimetres;
        var height = options.Lines * options.PixelPitchMillimetres;

        var diameter = LesionDiameterMillimetres(patient, options.Lines, options.Samples, options.PixelPitchMillimetres);
        (double X, double Y)[] centres = options.WithLesion ? [(0, 0)] : [];
        var wall = new PhantomWall(patient, centres, diameter);
        var left = (-width / 2) + random.NextBetween(-0.2 * width, 0.2 * width);
        var top = (-height / 2) + random.NextBetween(-0.15 * height, 0.15 * height);
        return wall.View(left, top, options.Lines, options.Samples, options.PixelPitchMillimetres);
    }

    private static RawCube Expose(PhantomOptions options, PhantomInstrument instrument, PhantomScene scene, PhantomRandom noise)
    {
        var shape = new CubeShape(options.Lines, options.Samples, options.WavelengthAxis.Count);
        var values = new ushort[shape.ValueCount];
        var pixels = (int)shape.PixelCount;
        var light = new float[pixels];
        for (var band = 0; band < shape.Bands; band++)
        {
            var nanometres = options.WavelengthAxis[band];
            scene.ApparentReflectance(BandOptics.At(scene.Patient, nanometres), light);
            instrument.Expose(nanometres, options.ExposureMicroseconds, light, noise, values.AsSpan(band * pixels, pixels));
        }

        return new RawCube(shape, Interleave.Bsq, options.WavelengthAxis, values, PhantomInstrument.FullScaleCounts);
    }

    private static ulong CubeNumber(PhantomOptions options) => ((ulong)options.Patient << 12) + (ulong)options.View;

    internal static void Validate(PhantomOptions options)
    {
        Require(options.Patient is >= 0 and < 1 << 20, "patient", options.Patient, "0…1048575");
        Require(options.View is >= 0 and < 4096, "view", options.View, "0…4095");
        Require(options.Lines is >= 1 and <= 16384, "lines", options.Lines, "1…16384");
        Require(options.Samples is >= 1 and <= 16384, "samples", options.Samples, "1…16384");
        Require((long)options.Lines * options.Samples * options.WavelengthAxis.Count <= Array.MaxLength, "lines × samples × bands",
            (double)options.Lines * options.Samples * options.WavelengthAxis.Count, $"at most {Array.MaxLength}");
        Require(options.WavelengthAxis.First >= PhantomOptions.ShortestNanometres, "first wavelength in nm", options.WavelengthAxis.First, $"≥ {PhantomOptions.ShortestNanometres} (the chromophore tables)");
        Require(options.WavelengthAxis.Last <= PhantomOptions.LongestNanometres, "last wavelength in nm", options.WavelengthAxis.Last, $"≤ {PhantomOptions.LongestNanometres} (the chromophore tables)");
        Require(options.PixelPitchMillimetres is > 0 and <= 10, "pixel pitch in mm", options.PixelPitchMillimetres, "above 0, at most 10");
        Require(options.ExposureMicroseconds is > 0 and <= 1e7, "exposure in µs", options.ExposureMicroseconds, "above 0, at most 10000000");
        Require(options.ReferenceAverages is >= 1 and <= 1000, "reference averages", options.ReferenceAverages, "1…1000");
    }

    private static void Require(bool holds, string name, double found, string expected)
    {
        if (!holds)
        {
            throw new BadInputException($"Phantom: {name} is {found}; expected {expected}.");
        }
    }
}
