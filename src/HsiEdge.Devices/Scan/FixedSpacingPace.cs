using System.Runtime.CompilerServices;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Light;

namespace HsiEdge.Devices.Scan;

/// <summary>
/// The pulses set the pace: one program on the real-time thread steps the light and triggers the camera, while the frames are read beside it. Each pulse is
/// told to the ledger before the next frame is.
/// </summary>
internal sealed class FixedSpacingPace(ScanContext context, LineTrigger trigger) : IScanPace
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<BandFrame> CaptureAsync(
        ScanSchedule schedule, ICapturePulses pulses, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = schedule.Steps[0];
        var light = context.Parts.Light as GpioLightSource;
        await context.Parts.Camera.SetExposureAsync(first.ExposureMicroseconds, first.GainDecibels, cancellationToken);
        await context.Parts.Camera.ArmAsync(FrameTrigger.Line, cancellationToken);
        await context.Parts.Light.SelectAsync(first, cancellationToken);
        var program = FixedSpacingProgram.Compile(schedule, trigger, context.TriggerPin!, light);
        var teller = new PulseTeller(program, pulses);
        var patience = TimeSpan.FromMilliseconds(
            context.Options.FrameTimeoutMilliseconds + ((program.EndMicroseconds + schedule.Steps.Max(s => s.ExposureMicroseconds)) / 1000));
        var begun = context.Time.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = RunAsync(program, teller, light, schedule.Steps[^1], stop);
        try
        {
            for (var frames = 0; frames < schedule.Steps.Count; frames++)
            {
                if (await NextAsync(patience - context.Time.GetElapsedTime(begun), running, stop.Token) is not { } frame)
                {
                    ScanLog.FrameMissed(context.Log, schedule.Plan.Name, frames, patience.TotalMilliseconds);
                    break;
                }

                teller.Tell();
                yield return ScanContext.Pass(frame);
            }

            await running;
            teller.Tell();
            if (await context.ReadAsync(QuietTime(schedule), cancellationToken) is { } surplus)
            {
                yield return ScanContext.Pass(surplus);
                throw new CameraFaultException(
                    $"Camera {context.Parts.Camera.Identity.Serial} gave more frames than the {schedule.Steps.Count} it was triggered for; "
                    + "which frame answers which trigger is not certain.");
            }
        }
        finally
        {
            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            teller.Tell();
        }
    }

    /// <summary>Runs the program; a line that fails ends the waiting for frames that will not come.</summary>
    private async Task RunAsync(FixedSpacingProgram program, PulseTeller teller, GpioLightSource? light, ScanStep last, CancellationTokenSource stop)
    {
        light?.Moved(null);
        try
        {
            await context.Parts.Pulses!.RunAsync(program.Actions, teller.Progress, stop.Token);
            light?.Moved(last);
        }
        catch (Exception e) when (e is PinFaultException or InterlockOpenException)
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task<CameraFrame?> NextAsync(TimeSpan patience, Task running, CancellationToken stop)
    {
        try
        {
            return patience > TimeSpan.Zero ? await context.ReadAsync(patience, stop) : null;
        }
        catch (OperationCanceledException) when (running.IsFaulted)
        {
            await running;
            throw;
        }
    }

    private static TimeSpan QuietTime(ScanSchedule schedule) => TimeSpan.FromMilliseconds(Math.Max(2, schedule.Steps[^1].ExposureMicroseconds / 1000));

    /// <summary>Passes the engine's timestamps on to the ledger, each once and in order.</summary>
    private sealed class PulseTeller(FixedSpacingProgram program, ICapturePulses pulses)
    {
        private int _told;

        public PulseProgress Progress { get; } = new(program.Actions.Count);

        public void Tell()
        {
            var done = Progress.Done;
            for (; _told < program.TriggerActions.Count && program.TriggerActions[_told] < done; _told++)
            {
                pulses.Sent(_told, Progress[program.TriggerActions[_told]]);
            }
        }
    }
}
