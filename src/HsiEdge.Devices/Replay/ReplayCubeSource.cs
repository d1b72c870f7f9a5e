using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.Replay;

/// <summary>
/// Plays a folder of ENVI cubes, one a trigger, in ordinal order of file name.
/// <para>
/// Beside <c>NAME.hdr</c> may lie <c>NAME_white.hdr</c> and <c>NAME_dark.hdr</c>: references in counts, one averaged line or a full frame. They travel with the cube as its
/// calibration. A cube with a white reference is counts; one without is what its header and values say, and counts without a white reference are refused.
/// <c>NAME_labels.hdr</c>, <c>NAME_thickness.hdr</c> and classification images are passed over.
/// </para>
/// Header keys that are used where present: <c>sensor type</c> and <c>serial number</c> (the camera), <c>synthetic</c>, <c>pixel size</c> in millimetres.
/// </summary>
public sealed class ReplayCubeSource : ICubeSource
{
    private static readonly string[] Companions = ["_white", "_dark", "_labels", "_thickness"];

    private readonly ReplayOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ReplayCubeSource> _log;
    private readonly string _folder;
    private string[] _cubes = [];
    private int _next;

    /// <summary>Makes a source; nothing is read yet.</summary>
    /// <param name="options">Which recordings.</param>
    /// <param name="time">Clock of the captures.</param>
    /// <param name="log">Receives what the reader passed over or guessed.</param>
    public ReplayCubeSource(ReplayOptions options, TimeProvider time, ILogger<ReplayCubeSource> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(log);
        _options = options;
        _time = time;
        _log = log;
        _folder = Path.GetFullPath(options.Folder);
        Camera = new CameraIdentity("recording", Path.GetFileName(_folder), Synthetic: false);
    }

    /// <summary>Camera of the cube played last; before the first, the folder's name.</summary>
    public CameraIdentity Camera { get; private set; }

    /// <summary>Lists the folder.</summary>
    /// <param name="cancellationToken">Stops before listing.</param>
    /// <exception cref="BadInputException">The folder is missing, unreadable or without a cube.</exception>
    public Task OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _cubes = FindCubes();
        _next = 0;
        ReplayLog.Opened(_log, _folder, _cubes.Length);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <exception cref="BadInputException">The recording cannot be used; the message names the file. The next capture goes on with the next one.</exception>
    public Task<AcquiredCube> AcquireAsync(TriggerEvent trigger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        cancellationToken.ThrowIfCancellationRequested();
        if (_cubes.Length == 0)
        {
            throw new InvalidOperationException("The source was not opened.");
        }

        if (_next == _cubes.Length)
        {
            if (!_options.Loop)
            {
                throw new CameraFaultException($"All {_cubes.Length} recordings of {_folder} have been played; add more and restart, or let the folder loop.");
            }

            _next = 0;
        }

        return Task.FromResult(Play(_cubes[_next++], trigger));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private AcquiredCube Play(string path, TriggerEvent trigger)
    {
        var (white, dark) = (Companion(path, "_white"), Companion(path, "_dark"));
        var cube = EnviCube.Open(path, white is null ? null : SpectralQuantity.RawCounts);
        try
        {
            var calibration = ReadCalibration(path, cube, white, dark);
            foreach (var warning in cube.Warnings)
            {
                ReplayLog.Warning(_log, path, warning);
            }

            Camera = RecordingHeader.Camera(cube.Image.Header, Path.GetFileName(_folder));
            return new AcquiredCube
            {
                Trigger = trigger,
                Cube = cube,
                Camera = Camera,
                ExposureMicroseconds = [],
                PixelPitchMillimetres = RecordingHeader.PixelPitchMillimetres(cube.Image.Header) ?? _options.PixelPitchMillimetres,
                Origin = Path.GetFileName(path),
                Ledger = TriggerLedger.None,
                LastFrameTimestamp = _time.GetTimestamp(),
                Calibration = calibration,
            };
        }
        catch
        {
            cube.Dispose();
            throw;
        }
    }

    private static CalibrationSet? ReadCalibration(string path, EnviCube cube, string? white, string? dark)
    {
        if (white is null)
        {
            return cube.Quantity != SpectralQuantity.RawCounts ? null : throw new BadInputException(
                $"{path} holds counts ({cube.QuantityReason}) and there is no {Path.GetFileNameWithoutExtension(path)}_white.hdr beside it; "
                + "add the white reference, or store the cube as reflectance.");
        }

        return ReferenceLoader.Load(cube, white, dark);
    }

    private string[] FindCubes()
    {
        try
        {
            var headers = Directory.GetFiles(_folder, "*.hdr");
            Array.Sort(headers, StringComparer.Ordinal);
            var names = headers.Select(h => Path.GetFileNameWithoutExtension(h)).ToHashSet(StringComparer.Ordinal);
            var cubes = Array.FindAll(headers, h => !IsCompanion(Path.GetFileNameWithoutExtension(h), names) && !IsClassification(h));
            return cubes.Length > 0 ? cubes : throw new BadInputException(
                $"The replay folder {_folder} holds no ENVI cube (*.hdr, references and labels apart); put recordings there or choose another folder.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The replay folder {_folder} cannot be read: {e.Message} Choose a folder of ENVI cubes.", e);
        }
    }

    private static bool IsCompanion(string name, HashSet<string> names) => Array.Exists(
        Companions, suffix => name.EndsWith(suffix, StringComparison.Ordinal) && names.Contains(name[..^suffix.Length]));

    /// <summary>A header that cannot be understood stays in the list: it is refused, with the reason, when its turn comes.</summary>
    private static bool IsClassification(string path)
    {
        try
        {
            return EnviHeader.Read(path).FileType.Equals(EnviHeader.ClassificationFileType, StringComparison.OrdinalIgnoreCase);
        }
        catch (BadInputException)
        {
            return false;
        }
    }

    private static string? Companion(string path, string suffix)
    {
        var companion = Path.Combine(Path.GetDirectoryName(path)!, Path.GetFileNameWithoutExtension(path) + suffix + ".hdr");
        return File.Exists(companion) ? companion : null;
    }
}
