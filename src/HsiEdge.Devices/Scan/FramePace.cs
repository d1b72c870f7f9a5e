using System.Runtime.CompilerServices;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Devices.Scan;

/// <summary>
/// Each step waits for its frame: light, settle time, trigger, frame, next step. A trigger without a frame does not end the capture, so that the ledger can
/// say what became of the others; but two in a row do, and so does a frame more than there were triggers after one was missed: from there on nobody
/// can say which frame is whose.
/// </summary>
internal sealed class FramePace(ScanContext context) : IScanPace
{
    private const int MostMissesInARow = 2;
    private readonly PinAction[] _pulse = new PinAction[2];
    private readonly PulseProgress _progress = new(2);
    private readonly IFrameCamera _camera = context.Parts.Camera;
    private TimeSpan _slowestAnswer;
    private double _settleBeforePulse;

    /// <inheritdoc/>
    public async IAsyncEnumerable<BandFrame> CaptureAsync(
        ScanSchedule schedule, ICapturePulses pulses, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var missesInARow = 0;
        var quietCheck = false;
        ScanStep? before = null;
        var arming = schedule.Plan.Trigger is LineTrigger ? FrameTrigger.Line : FrameTrigger.Software;
        await _camera.SetExposureAsync(schedule.Steps[0].ExposureMicroseconds, schedule.Steps[0].GainDecibels, cancellationToken);
        await _camera.ArmAsync(arming, cancellationToken);
        foreach (var step in schedule.Steps)
        {
            await PrepareAsync(schedule, before, step, cancellationToken);
            before = step;
            var sent = await SendAsync(schedule, step, pulses, cancellationToken);
            var answered = false;
            while (!answered && await context.ReadAsync(Patience(step), cancellationToken) is { } frame)
            {
                // A frame from before the pulse cannot be its answer; the ledger gets to know it all the same.
                answered = frame.HostTimestamp >= sent;
                _slowestAnswer = Max(_slowestAnswer, context.Time.GetElapsedTime(sent, frame.HostTimestamp));
                yield return ScanContext.Pass(frame);
            }

            if (!answered)
            {
                ScanLog.FrameMissed(context.Log, schedule.Plan.Name, step.Index, Patience(step).TotalMilliseconds);
                if (++missesInARow == MostMissesInARow)
                {
                    throw Fault($"gave no frame for {missesInARow} triggers in a row, the last being step {step.Index}; check its trigger and its link");
                }

                quietCheck = true;
                continue;
            }

            missesInARow = 0;
            if (quietCheck || step.Index == schedule.Steps.Count - 1)
            {
                // The late frame of a missed trigger would be followed by this trigger's own, and a doubled frame by one at the end.
                var more = await context.ReadAsync(QuietTime(step, sent), cancellationToken);
                if (more is { } surplus)
                {
                    yield return ScanContext.Pass(surplus);
                    throw Fault($"gave more frames than it was triggered, the last at step {step.Index}; which frame answers which trigger is not certain");
                }

                quietCheck = false;
            }
        }
    }

    private async Task PrepareAsync(ScanSchedule schedule, ScanStep? before, ScanStep step, CancellationToken cancellationToken)
    {
        await _camera.SetExposureAsync(step.ExposureMicroseconds, step.GainDecibels, cancellationToken);
        if (before is not null && !LightChanges(schedule.Plan, before, step))
        {
            return;
        }

        await context.Parts.Light.SelectAsync(step, cancellationToken);
        var waitsForSync = schedule.Plan.Light is GpioLight { WaitForSync: true } && !step.IsDark;
        if (schedule.Plan.Trigger is not LineTrigger || waitsForSync)
        {
            await context.SettleAsync(schedule.Plan.SettleMicroseconds, cancellationToken);
            _settleBeforePulse = 0;
        }
        else
        {
            // The real-time thread waits more exactly than a timer.
            _settleBeforePulse = schedule.Plan.SettleMicroseconds;
        }

        if (waitsForSync)
        {
            await context.Edges.WaitForSyncAsync(TimeSpan.FromMilliseconds(context.Options.SyncTimeoutMilliseconds), context.Time, cancellationToken);
        }
    }

    private async Task<long> SendAsync(ScanSchedule schedule, ScanStep step, ICapturePulses pulses, CancellationToken cancellationToken)
    {
        long sent;
        if (schedule.Plan.Trigger is LineTrigger line)
        {
            _pulse[0] = new PinAction(_settleBeforePulse, context.TriggerPin!, Active: true);
            _pulse[1] = new PinAction(_settleBeforePulse + line.PulseMicroseconds, context.TriggerPin!, Active: false);
            _settleBeforePulse = 0;
            await context.Parts.Pulses!.RunAsync(_pulse, _progress, cancellationToken);
            sent = _progress[0];
        }
        else
        {
            // The moment before the command leaves: its frame may be here before the acknowledgement.
            sent = context.Time.GetTimestamp();
            await _camera.FireAsync(cancellationToken);
        }

        pulses.Sent(step.Index, sent);
        return sent;
    }

    private static bool LightChanges(ScanPlan plan, ScanStep before, ScanStep step) =>
        before.IsDark != step.IsDark || before.LightPosition != step.LightPosition || (plan.Light is SerialLight && before.Band != step.Band);

    private TimeSpan Patience(ScanStep step) =>
        TimeSpan.FromMilliseconds(context.Options.FrameTimeoutMilliseconds + (step.ExposureMicroseconds / 1000));

    /// <summary>Until half as long again after the pulse as the slowest answer took: by then the pulse's own frame would be here, if the one that came is another's.</summary>
    private TimeSpan QuietTime(ScanStep step, long sent)
    {
        var own = 1.5 * Max(_slowestAnswer, TimeSpan.FromMicroseconds(step.ExposureMicroseconds));
        return Max(own - context.Time.GetElapsedTime(sent), TimeSpan.FromMilliseconds(2));
    }

    private CameraFaultException Fault(string what) => new($"Camera {_camera.Identity.Serial} {what}.");

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
