using System.Diagnostics;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;

namespace HsiEdge.Devices.V4l2;

/// <summary>Sets the controls of an open device by name, within their ranges, and reads back what the driver made of it.</summary>
internal sealed class VideoControls
{
    private const int WriteProbes = 5;
    private const double ExposureAbsoluteMicroseconds = 100;

    /// <summary>An exposure that the control's steps miss by more is refused: the plan says 250 µs, the sensor must not take 300.</summary>
    private const double Tolerance = 0.05;

    private readonly VideoFile _file;
    private readonly string _camera;
    private readonly V4l2Settings _settings;
    private readonly IReadOnlyDictionary<string, VideoControl> _controls;
    private readonly VideoControl _exposure;
    private readonly VideoControl? _gain;
    private readonly double _exposureUnit;
    private (double Exposure, double? Gain) _set;

    /// <summary>Reads what controls there are and applies the settings.</summary>
    /// <param name="file">The device.</param>
    /// <param name="camera">Its name for messages.</param>
    /// <param name="settings">What to set.</param>
    /// <exception cref="BadInputException">A control does not exist or does not take its value.</exception>
    /// <exception cref="V4l2Exception">The device does not answer.</exception>
    public VideoControls(VideoFile file, string camera, V4l2Settings settings)
    {
        _file = file;
        _camera = camera;
        _settings = settings;
        _controls = file.Controls();
        _exposure = Find(settings.ExposureControl);
        _gain = settings.GainControl.Length > 0 ? Find(settings.GainControl) : null;
        _exposureUnit = settings.ExposureUnitMicroseconds ?? (_exposure.Id == V4l2Abi.ExposureAbsolute
            ? ExposureAbsoluteMicroseconds
            : throw new BadInputException(
                $"{settings.Origin}: control '{_exposure.Name}' of camera {camera} has no unit of its own; give exposure.unitMicroseconds, the µs of one unit by the driver's manual."));
        Apply(settings.Controls);
    }

    /// <summary>Sets controls in their order.</summary>
    /// <exception cref="BadInputException">A control does not exist or does not take its value.</exception>
    public void Apply(IEnumerable<KeyValuePair<string, long>> controls)
    {
        foreach (var (name, value) in controls)
        {
            Set(name, value);
        }
    }

    /// <summary>Sets a control and compares what became of it.</summary>
    /// <exception cref="BadInputException">The control does not exist or does not take the value.</exception>
    public void Set(string name, long value)
    {
        var control = Find(name);
        if (value < control.Minimum || value > control.Maximum)
        {
            throw new BadInputException($"{_settings.Origin}: control '{name}' of camera {_camera} takes {control.Minimum}…{control.Maximum}; asked for {value}.");
        }

        Require(control, value, _file.Set(control, value));
    }

    /// <summary>Whether exposure and gain are set already.</summary>
    public bool IsSet(double exposureMicroseconds, double? gainDecibels) =>
        _set.Exposure == exposureMicroseconds && (gainDecibels is null || _set.Gain == gainDecibels);

    /// <summary>Sets exposure and gain where they differ from those set before.</summary>
    /// <param name="exposureMicroseconds">Exposure in µs.</param>
    /// <param name="gainDecibels">Gain in dB, or null to leave it.</param>
    /// <exception cref="BadInputException">The control's range or steps do not hold it.</exception>
    public void SetExposure(double exposureMicroseconds, double? gainDecibels)
    {
        if (_set.Exposure != exposureMicroseconds)
        {
            var units = _exposure.Nearest(exposureMicroseconds / _exposureUnit);
            if (Math.Abs((units * _exposureUnit) - exposureMicroseconds) > Tolerance * exposureMicroseconds)
            {
                throw new BadInputException(
                    $"Camera {_camera} cannot expose {exposureMicroseconds} µs: the nearest that control '{_exposure.Name}' holds is {units * _exposureUnit} µs. Correct the scan plan.");
            }

            Require(_exposure, units, _file.Set(_exposure, units));
            _set.Exposure = exposureMicroseconds;
        }

        if (gainDecibels is { } gain && _set.Gain != gain)
        {
            var control = _gain ?? throw new BadInputException($"{_settings.Origin} names no gain control for camera {_camera}; the scan plan asks for {gain} dB. Give gain.control and gain.unitDecibels.");
            var units = control.Nearest(gain / _settings.GainUnitDecibels);
            Require(control, units, _file.Set(control, units));
            _set.Gain = gain;
        }
    }

    /// <summary>What exposure and gain can be, and how long setting one takes.</summary>
    public FrameCameraLimits Measure()
    {
        var now = _file.Get(_exposure);
        var times = new double[WriteProbes];
        for (var i = 0; i < times.Length; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            _file.Set(_exposure, now);
            times[i] = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        }

        Array.Sort(times);
        return new FrameCameraLimits(
            Math.Max(_exposure.Minimum, 1) * _exposureUnit, _exposure.Maximum * _exposureUnit,
            _gain?.Minimum * _settings.GainUnitDecibels, _gain?.Maximum * _settings.GainUnitDecibels,
            FramesPerSecond: null, times[WriteProbes / 2], CanLineTrigger: _settings.LineTrigger is not null, CanSoftwareTrigger: false);
    }

    private VideoControl Find(string name) => _controls.TryGetValue(name, out var control)
        ? control
        : throw new BadInputException(
            $"{_settings.Origin}: camera {_camera} has no control '{name}' that can be set; it has {(_controls.Count == 0 ? "none" : string.Join(", ", _controls.Keys.Order(StringComparer.Ordinal)))}.");

    private void Require(VideoControl control, long asked, long found)
    {
        if (found != asked)
        {
            throw new BadInputException($"{_settings.Origin}: control '{control.Name}' of camera {_camera} became {found} when {asked} was asked; it goes in steps of {control.Step} from {control.Minimum}.");
        }
    }
}
