using System.Diagnostics;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.Gpio;
using HsiEdge.Devices.Phantom;

namespace HsiEdge.Devices.Scene;

/// <summary>
/// A GigE Vision camera that looks at digital tissue: libaravis' camera of software, whose frames are the phantom's, in step with triggers. The plan's light tells
/// how the band of a frame is chosen: by the register <c>HsiBandIndex</c>, by the board's <c>sourceStep</c> lines (<see cref="SelectPosition"/>), or in the order of the plan.
/// A capture that begins again with the plan's first band shows the next pose of the script. Synthetic.
/// </summary>
public sealed class SceneServer : IDisposable
{
    private const double NanosecondsPerMicrosecond = 1000;
    private readonly SceneServerOptions _options;
    private readonly PhantomStage _stage;
    private readonly FakeCamera _camera;
    private readonly string _descriptionPath;
    private readonly int[] _bandAt;
    private readonly int _firstBand;
    private readonly IReadOnlyList<ScanStep> _steps;
    private readonly Lock _gate = new();
    private int _position = -1;
    private int _triggers;
    private int _lastBand = -1;
    private long _captures = -1;
    private int _dropped;
    private volatile bool _frozen;

    private SceneServer(SceneServerOptions options, string descriptionPath)
    {
        _options = options;
        _descriptionPath = descriptionPath;
        _stage = new PhantomStage(new PhantomCameraOptions { Seed = options.Seed, Patient = options.Patient, Lines = options.Lines, Samples = options.Samples });
        _steps = ScanSchedule.Of(options.Plan).Steps;
        _firstBand = _steps.First(s => !s.IsDark).Band;
        _bandAt = BandsByPosition(options.Plan);
        _camera = FakeCamera.Serve(options.Address, options.Serial, descriptionPath, options.Lines, options.Samples, Fill);
        _camera.Write(SceneDescription.BandRegister, 0);
        _camera.Write(SceneDescription.ViewRegister, 0);
        _camera.Write(SceneDescription.PoseRegister, 0);
    }

    /// <summary>Told when an exposure begins (true) and ends (false), on the camera's thread.</summary>
    public Action<bool>? Exposing { get; set; }

    /// <summary>Frames shown so far.</summary>
    public long Frames { get; private set; }

    /// <summary>Puts the camera on its address.</summary>
    /// <param name="options">What it shows.</param>
    /// <exception cref="CameraFaultException">libaravis is missing, or the address cannot be used.</exception>
    /// <exception cref="Core.BadInputException">The plan goes beyond the phantom's tables.</exception>
    public static SceneServer Start(SceneServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        PhantomStage.RequireTables(options.Plan);
        var description = SceneDescription.Amend(FakeCamera.Description(), options.Plan.Wavelengths.Count, options.Lines, options.Samples);
        var path = Path.Combine(Path.GetTempPath(), $"hsiedge-scene-{Guid.NewGuid():N}.xml");
        File.WriteAllBytes(path, description);
        try
        {
            return new SceneServer(options, path);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>The trigger line goes active.</summary>
    /// <returns>False when this trigger is one that was to be ignored.</returns>
    public bool Trigger()
    {
        lock (_gate)
        {
            if (_dropped > 0)
            {
                _dropped--;
                return false;
            }
        }

        _camera.Trigger();
        return true;
    }

    /// <summary>Ignores the next triggers of the line, as a camera that is not ready does.</summary>
    /// <param name="triggers">How many.</param>
    public void Ignore(int triggers)
    {
        lock (_gate)
        {
            _dropped += triggers;
        }
    }

    /// <summary>Makes every frame wait, or lets it go on.</summary>
    /// <param name="frozen">Whether frames wait.</param>
    public void Freeze(bool frozen) => _frozen = frozen;

    /// <summary>Puts something before the camera.</summary>
    /// <param name="view">What.</param>
    public void Show(SceneView view) => _camera.Write(SceneDescription.ViewRegister, (uint)view);

    /// <summary>Turns to a pose of the script; the next capture goes on from it.</summary>
    /// <param name="pose">Its number from 0.</param>
    public void TurnTo(long pose)
    {
        lock (_gate)
        {
            _captures = pose - 1;
            _lastBand = -1;
        }
    }

    /// <summary>The light source's lines select a position.</summary>
    /// <param name="position">As in the plan's light; −1 is dark.</param>
    public void SelectPosition(int position) => Volatile.Write(ref _position, position);

    /// <inheritdoc/>
    public void Dispose()
    {
        _camera.Dispose();
        File.Delete(_descriptionPath);
    }

    private static int[] BandsByPosition(ScanPlan plan)
    {
        if (plan.Light is not GpioLight light)
        {
            return [];
        }

        var bands = new int[light.Positions.Max() + 1];
        Array.Fill(bands, -1);
        for (var band = 0; band < light.Positions.Count; band++)
        {
            bands[light.Positions[band]] = band;
        }

        return bands;
    }

    /// <summary>One exposure: takes its time, then the frame is there.</summary>
    private void Fill(double exposureMicroseconds, Span<ushort> pixels)
    {
        var begun = Stopwatch.GetTimestamp();
        Exposing?.Invoke(true);
        var band = ChooseBand();
        Expose(band, exposureMicroseconds, pixels);
        while (_frozen)
        {
            RealTime.SleepUntil(Stopwatch.GetTimestamp() + 1_000_000);
        }

        RealTime.SleepUntil(begun + (long)(exposureMicroseconds * NanosecondsPerMicrosecond));
        Exposing?.Invoke(false);
        Frames++;
    }

    private void Expose(int band, double exposureMicroseconds, Span<ushort> pixels)
    {
        var plan = _options.Plan;
        var view = (SceneView)_camera.Read(SceneDescription.ViewRegister);
        var isDark = band < 0 || view == SceneView.Covered;
        var nanometres = plan.Wavelengths[Math.Max(band, 0)];
        if (isDark || view == SceneView.WhiteTarget)
        {
            _stage.ExposeTarget(nanometres, exposureMicroseconds, white: !isDark, pixels);
            return;
        }

        lock (_gate)
        {
            if (_captures < 0 || (band == _firstBand && _lastBand != _firstBand))
            {
                _captures++;
                _stage.Look(_captures, plan.PixelPitchMillimetres);
                _camera.Write(SceneDescription.PoseRegister, (uint)_captures);
            }

            _lastBand = band;
        }

        _stage.ExposeTissue(nanometres, exposureMicroseconds, pixels);
    }

    private int ChooseBand()
    {
        switch (_options.Plan.Light)
        {
            case GpioLight:
                var position = Volatile.Read(ref _position);
                return position >= 0 && position < _bandAt.Length ? _bandAt[position] : -1;
            case CameraLight:
                var band = (int)_camera.Read(SceneDescription.BandRegister);
                return band < _options.Plan.Wavelengths.Count ? band : -1;
            default:
                return _steps[_triggers++ % _steps.Count].Band;
        }
    }
}

/// <summary>What is before a scene camera.</summary>
public enum SceneView
{
    /// <summary>The tissue.</summary>
    Tissue,

    /// <summary>The white target.</summary>
    WhiteTarget,

    /// <summary>Nothing: the lens is covered.</summary>
    Covered,
}
