using System.Globalization;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Core.Pipeline;

/// <summary>
/// The references in use. Between captures it replaces those that are stale, or that the last result found drifted, when the camera can take
/// its own; a camera that fails at it, or drift that stays, is asked again only after <see cref="RetakeInterval"/>.
/// </summary>
/// <remarks>Used by the pipeline alone, one capture at a time.</remarks>
public sealed class ReferenceKeeper
{
    /// <summary>Shortest time between two attempts to take new references.</summary>
    public static readonly TimeSpan RetakeInterval = TimeSpan.FromMinutes(10);

    /// <summary>Longest wait for new references; a camera that has not given them by then keeps those there are.</summary>
    public static readonly TimeSpan RetakeTimeout = TimeSpan.FromMinutes(1);

    // What a camera gets to let go once it was told to stop.
    private static readonly TimeSpan RetakeGrace = TimeSpan.FromSeconds(5);

    private readonly double _maximumAgeHours;
    private readonly Func<CancellationToken, Task<CalibrationSet>>? _retake;
    private readonly Action? _beforeCapture;
    private readonly TimeProvider _time;
    private readonly ILogger<ReferenceKeeper> _log;
    private CalibrationSet? _current;
    private bool _drifted;
    private long? _attemptTimestamp;
    private DateTimeOffset _attemptUtc;
    private string? _failure;
    private Task _attempt = Task.CompletedTask;

    /// <summary>Starts with what was obtained when the camera was opened.</summary>
    /// <param name="current">The references; null when each cube brings its own or needs none.</param>
    /// <param name="maximumAgeHours">Age in hours up to which they count, as in <see cref="ProcessingOptions.MaximumCalibrationAgeHours"/>.</param>
    /// <param name="retake">Takes new ones; throws <see cref="CameraFaultException"/> when the camera fails, <see cref="BadInputException"/> when a check does. Null when the camera cannot.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="log">Receives each attempt.</param>
    /// <param name="beforeCapture">Called before each capture, such as to keep references that could not be kept; null for nothing.</param>
    public ReferenceKeeper(
        CalibrationSet? current, double maximumAgeHours, Func<CancellationToken, Task<CalibrationSet>>? retake, TimeProvider time, ILogger<ReferenceKeeper> log,
        Action? beforeCapture = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(log);
        _current = current;
        _maximumAgeHours = maximumAgeHours;
        _retake = retake;
        _time = time;
        _log = log;
        _beforeCapture = beforeCapture;
    }

    /// <summary>Takes references into use from the next capture on. Not while a capture is under way.</summary>
    /// <param name="set">They fit the camera and its plan.</param>
    public void Adopt(CalibrationSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        Volatile.Write(ref _current, set);
        _drifted = false;
        _failure = null;
    }

    /// <summary>What is done, or has to be done, about references that inhibit alerts.</summary>
    internal string Advice =>
        _retake is null ? "take new references"
        : IsAttemptDue ? "new references are taken before the next capture"
        : _failure is { } failure ? $"new references could not be taken ({failure}); tried again {NextAttempt}"
        : $"references taken at {_attemptUtc.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC do not fit what the camera sees; others are taken {NextAttempt}";

    private bool IsAttemptDue => _attemptTimestamp is not { } last || _time.GetElapsedTime(last) >= RetakeInterval;

    private string NextAttempt => $"at the first capture after {(_attemptUtc + RetakeInterval).UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC";

    /// <summary>The references for the next capture, new ones when it is time. When the camera cannot give them, those there were: their results say what is wrong with them.</summary>
    /// <param name="cancellationToken">Stops between frames.</param>
    internal async Task<CalibrationSet?> BeforeCaptureAsync(CancellationToken cancellationToken)
    {
        _beforeCapture?.Invoke();
        var faults = _current is null ? CalibrationFlags.None : Faults(_current);
        if (_retake is null || _current is null || faults == CalibrationFlags.None || !IsAttemptDue)
        {
            return _current;
        }

        _attemptTimestamp = _time.GetTimestamp();
        _attemptUtc = _time.GetUtcNow();
        try
        {
            var taken = await RetakeInTimeAsync(_retake, cancellationToken);
            PipelineLog.ReferencesRetaken(_log, taken.Id, _current.Id, faults);
            _current = taken;
            _drifted = false;
            _failure = null;
        }
        catch (Exception e) when (e is CameraFaultException or BadInputException)
        {
            _failure = e.Message;
            PipelineLog.ReferencesNotRetaken(_log, _current.Id, faults, RetakeInterval.TotalMinutes, e.Message);
        }

        return _current;
    }

    private async Task<CalibrationSet> RetakeInTimeAsync(Func<CancellationToken, Task<CalibrationSet>> retake, CancellationToken cancellationToken)
    {
        if (!_attempt.IsCompleted)
        {
            throw new CameraFaultException("the camera still hangs at the attempt before; restart it");
        }

        await _attempt;
        var limit = new CancellationTokenSource(RetakeTimeout, _time);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var taking = retake(stop.Token);
        _attempt = EndAsync(taking, limit, stop);
        try
        {
            return await taking.WaitAsync(RetakeTimeout + RetakeGrace, _time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException && limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new CameraFaultException($"the camera did not give them within {RetakeTimeout.TotalSeconds:0} s", e);
        }
    }

    /// <summary>Ends with the attempt, also with one that nobody waits for any more; what came of it then is dropped.</summary>
    private static async Task EndAsync(Task<CalibrationSet> taking, CancellationTokenSource limit, CancellationTokenSource stop)
    {
        try
        {
            await taking;
        }
        catch (Exception e) when (e is CameraFaultException or BadInputException or PinFaultException or OperationCanceledException)
        {
            // Heard by who waits for the attempt.
        }
        finally
        {
            stop.Dispose();
            limit.Dispose();
        }
    }

    /// <summary>Hears what a result says of the references.</summary>
    /// <param name="result">The latest result.</param>
    internal void AfterCapture(CaptureResult result)
    {
        if (_current is not null && result.CalibrationId == _current.Id)
        {
            _drifted = result.Flags.HasFlag(CalibrationFlags.Drifted);
        }
    }

    private CalibrationFlags Faults(CalibrationSet set) =>
        CalibrationSetValidator.AgeFlags(set, _time.GetUtcNow(), _maximumAgeHours) | (_drifted ? CalibrationFlags.Drifted : CalibrationFlags.None);
}
