using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Phantom;
using HsiEdge.Phantom.Instrument;
using HsiEdge.Phantom.Scenes;

namespace HsiEdge.Devices.Phantom;

/// <summary>One digital patient before one simulated instrument: renders frames for the phantom camera and the scene server. Synthetic. One thread at a time.</summary>
internal sealed class PhantomStage
{
    private const ulong NoiseStream = 3;
    private readonly PhantomCameraOptions _options;
    private readonly PhantomPatient _patient;
    private readonly PhantomRandom _noise;
    private readonly float[] _light;
    private PhantomScene? _scene;

    /// <summary>Sets it.</summary>
    /// <param name="options">Patient, instrument and script.</param>
    public PhantomStage(PhantomCameraOptions options)
    {
        _options = options;
        _patient = PhantomPatient.Draw(options.Seed, options.Patient, options.Separation);
        Instrument = new PhantomInstrument(options.Seed, options.Lines, options.Samples);
        _noise = new PhantomRandom(options.Seed, NoiseStream);
        _light = new float[options.Lines * options.Samples];
    }

    /// <summary>The instrument.</summary>
    public PhantomInstrument Instrument { get; }

    /// <summary>Turns the view to a pose of the script.</summary>
    /// <param name="capture">Number of the capture from 0.</param>
    /// <param name="pitchMillimetres">Size of one pixel in mm.</param>
    public void Look(long capture, double pitchMillimetres)
    {
        var pose = _options.Script.PoseOf(capture);
        var width = Instrument.Samples * pitchMillimetres;
        var height = Instrument.Lines * pitchMillimetres;
        var diameter = PhantomGenerator.LesionDiameterMillimetres(_patient, Instrument.Lines, Instrument.Samples, pitchMillimetres);
        var wall = new PhantomWall(_patient, [(0, 0)], diameter);
        _scene = wall.View(
            -width * (0.5 + pose.OffsetWidths), -height * (0.5 + pose.OffsetHeights), Instrument.Lines, Instrument.Samples, pitchMillimetres);
    }

    /// <summary>Exposes the tissue in view.</summary>
    /// <param name="nanometres">Wavelength in nm.</param>
    /// <param name="exposureMicroseconds">Exposure in µs.</param>
    /// <param name="frame">Receives lines × samples counts.</param>
    public void ExposeTissue(double nanometres, double exposureMicroseconds, Span<ushort> frame)
    {
        var scene = _scene ?? throw new InvalidOperationException("Nothing is in view yet.");
        scene.ApparentReflectance(BandOptics.At(_patient, nanometres), _light);
        Instrument.Expose(nanometres, exposureMicroseconds, _light, _noise, frame);
    }

    /// <summary>Exposes a white target, or nothing: a covered lens, a light that is off.</summary>
    /// <param name="nanometres">Wavelength in nm.</param>
    /// <param name="exposureMicroseconds">Exposure in µs.</param>
    /// <param name="white">True for the target, false for darkness.</param>
    /// <param name="frame">Receives lines × samples counts.</param>
    public void ExposeTarget(double nanometres, double exposureMicroseconds, bool white, Span<ushort> frame)
    {
        _light.AsSpan().Fill(white ? PhantomInstrument.WhiteTargetReflectance : 0);
        Instrument.Expose(nanometres, exposureMicroseconds, _light, _noise, frame);
    }

    /// <summary>Refuses wavelengths beyond the tables.</summary>
    /// <param name="plan">The plan.</param>
    /// <exception cref="BadInputException">It has such wavelengths.</exception>
    public static void RequireTables(ScanPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Wavelengths.First < PhantomOptions.ShortestNanometres || plan.Wavelengths.Last > PhantomOptions.LongestNanometres)
        {
            throw new BadInputException(
                $"Scan plan '{plan.Name}' covers {plan.Wavelengths.First}–{plan.Wavelengths.Last} nm; the phantom's tables cover "
                + $"{PhantomOptions.ShortestNanometres}–{PhantomOptions.LongestNanometres} nm. Choose wavelengths within them.");
        }
    }
}
