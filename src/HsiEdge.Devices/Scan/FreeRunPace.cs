using System.Runtime.CompilerServices;
using HsiEdge.Core.Acquire;

namespace HsiEdge.Devices.Scan;

/// <summary>
/// The camera sets the pace: a pushbroom camera gives one line of the scene a frame, at its line rate. Its own count of frames says which line is which; a
/// line lost on the way leaves its place empty. Where an encoder measures the movement, its rising edges must agree with the lines within one line.
/// </summary>
internal sealed class FreeRunPace(ScanContext context, FreeRunTrigger trigger) : IScanPace
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<BandFrame> CaptureAsync(
        ScanSchedule schedule, ICapturePulses pulses, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = schedule.Steps[0];
        await context.Parts.Camera.SetExposureAsync(first.ExposureMicroseconds, first.GainDecibels, cancellationToken);
        await context.Parts.Light.SelectAsync(first, cancellationToken);
        await context.SettleAsync(schedule.Plan.SettleMicroseconds, cancellationToken);
        await context.Parts.Camera.ArmAsync(FrameTrigger.FreeRun, cancellationToken);
        var exposure = TimeSpan.FromMicroseconds(first.ExposureMicroseconds);
        var patience = TimeSpan.FromMilliseconds(context.Options.FrameTimeoutMilliseconds + (1000 / trigger.LineRateHertz)) + exposure;
        var ticksPerLine = context.Time.TimestampFrequency / trigger.LineRateHertz;
        var (firstId, firstDue, edgesBefore, told) = (0UL, 0L, 0L, 0);
        while (told < schedule.Steps.Count)
        {
            if (await context.ReadAsync(patience, cancellationToken) is not { } frame)
            {
                ScanLog.FrameMissed(context.Log, schedule.Plan.Name, told, patience.TotalMilliseconds);
                yield break;
            }

            if (told == 0)
            {
                firstId = frame.FrameId;
                firstDue = frame.HostTimestamp - (long)(exposure.TotalSeconds * context.Time.TimestampFrequency);
                edgesBefore = context.Edges.SyncEdges;
            }

            // A count that went back belongs to no line of this capture: the ledger's matter.
            var line = frame.FrameId >= firstId ? frame.FrameId - firstId : ulong.MaxValue;
            for (; told < schedule.Steps.Count && (ulong)told <= line && line != ulong.MaxValue; told++)
            {
                pulses.Sent(told, firstDue + (long)(told * ticksPerLine));
            }

            yield return ScanContext.Pass(frame, line < (ulong)schedule.Steps.Count ? (int)line : null);
        }

        CheckMovement(context.Edges.SyncEdges - edgesBefore);
    }

    private void CheckMovement(long edges)
    {
        if (trigger.EncoderEdgesPerLine is not { } perLine)
        {
            return;
        }

        var expected = (long)perLine * (trigger.Lines - 1);
        if (Math.Abs(edges - expected) > perLine)
        {
            throw new CameraFaultException(
                $"The encoder on sourceSync moved {edges} edges during {trigger.Lines} lines, {expected} were expected ({perLine} a line): the lines are not where the plan says. "
                + "Check the speed of the movement, trigger.lineRateHertz and trigger.encoderEdgesPerLine.");
        }
    }
}
