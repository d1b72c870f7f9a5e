using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;

namespace HsiEdge.Tests.Pipeline;

/// <summary>Random counts with references, some pixels saturated, dead, dim in the reference or dark in the scene; and what the definitions say of them.</summary>
internal sealed class RawScene
{
    private readonly ushort[] _raw;

    private RawScene(CubeShape shape, WavelengthAxis axis, ushort[] raw, CalibrationSet calibration)
    {
        Shape = shape;
        Axis = axis;
        _raw = raw;
        Calibration = calibration;
    }

    public CubeShape Shape { get; }

    public WavelengthAxis Axis { get; }

    public CalibrationSet Calibration { get; }

    public static RawScene Random(CubeShape shape, WavelengthAxis axis, int seed, bool fullWhite, bool fullDark)
    {
        var random = new Random(seed);
        var white = Reference(shape, fullWhite, () => random.Next(200) == 0 ? 110 : 2500 + random.Next(1000));
        var dark = Reference(shape, fullDark, () => 90 + random.Next(11));
        var raw = new ushort[shape.ValueCount];
        var bad = new bool[shape.PixelCount];
        for (var pixel = 0; pixel < shape.PixelCount; pixel++)
        {
            bad[pixel] = random.Next(40) == 0;
            var inShadow = random.Next(30) == 0;
            for (var band = 0; band < shape.Bands; band++)
            {
                raw[(pixel * shape.Bands) + band] = (ushort)(inShadow ? 95 + random.Next(10) : 200 + random.Next(2500));
            }

            if (random.Next(25) == 0)
            {
                raw[(pixel * shape.Bands) + random.Next(shape.Bands)] = (ushort)(4000 + random.Next(95));
            }
        }

        return new RawScene(shape, axis, raw, new CalibrationSet
        {
            Id = $"random-{seed}",
            CameraSerial = "S1",
            ExposureMicroseconds = [],
            Wavelengths = axis,
            TakenUtc = null,
            Dark = dark,
            White = white,
            BadPixels = bad,
        });
    }

    public AcquiredCube Acquired() =>
        SpectraCube.Acquired(new RawCube(Shape, Interleave.Bip, Axis, [.. _raw], 4000));

    public AcquiredCube ReflectanceCube() =>
        SpectraCube.Acquired(new SpectraCube(Shape, Axis, SpectralQuantity.Reflectance, Array.ConvertAll(_raw, v => v / 4000f)));

    public PixelState StateByDefinition(int line, int sample, double saturation, double minimumSignal)
    {
        var pixel = (line * Shape.Samples) + sample;
        var raw = _raw.AsSpan(pixel * Shape.Bands, Shape.Bands).ToArray();
        if (Calibration.BadPixels![pixel])
        {
            return PixelState.Dead;
        }

        if (raw.Any(v => v >= saturation))
        {
            return PixelState.Saturated;
        }

        var white = Calibration.White.Spectrum(line, sample).ToArray();
        var dark = Calibration.Dark!.Spectrum(line, sample).ToArray();
        return white.Zip(dark).Any(p => p.First - p.Second < minimumSignal) || raw.Zip(dark).Average(p => p.First - p.Second) < minimumSignal
            ? PixelState.UnderExposed
            : PixelState.Valid;
    }

    public PixelCounts CountByDefinition(double saturation, double minimumSignal)
    {
        var counts = new long[5];
        for (var line = 0; line < Shape.Lines; line++)
        {
            for (var sample = 0; sample < Shape.Samples; sample++)
            {
                counts[(int)StateByDefinition(line, sample, saturation, minimumSignal)]++;
            }
        }

        return new PixelCounts(counts[0], counts[1], counts[2], counts[3], counts[4]);
    }

    public double[] ReflectanceByDefinition(int line, int sample)
    {
        var result = new double[Shape.Bands];
        for (var band = 0; band < Shape.Bands; band++)
        {
            double raw = _raw[(((line * Shape.Samples) + sample) * Shape.Bands) + band];
            double white = Calibration.White.Spectrum(line, sample)[band];
            double dark = Calibration.Dark!.Spectrum(line, sample)[band];
            result[band] = (raw - dark) / (white - dark);
        }

        return result;
    }

    private static ReferenceFrame Reference(CubeShape shape, bool full, Func<int> value)
    {
        var own = new CubeShape(full ? shape.Lines : 1, shape.Samples, shape.Bands);
        return new ReferenceFrame(own, [.. Enumerable.Range(0, (int)own.ValueCount).Select(_ => (float)value())]);
    }
}
