using HsiEdge.Core.Acquire;
using HsiEdge.Core.Record;

namespace HsiEdge.Appliance.Cli;

/// <summary>A capture's ledger for people: a line a pulse, then the frames that answer none.</summary>
internal static class LedgerText
{
    /// <summary>Prints it.</summary>
    /// <param name="console">Where.</param>
    /// <param name="kept">The ledger.</param>
    public static async Task WriteAsync(CliConsole console, KeptLedger kept)
    {
        var (ledger, figures) = (kept.Ledger, kept.Ledger.Summarize());
        await console.Out.WriteLineAsync(
            $"Ledger of capture {kept.CaptureId}, trigger {ledger.Sequence} ({ResultText.Word(ledger.Cause)}), {kept.Verdict.ToString().ToLowerInvariant()}"
            + (kept.Reason is { } reason ? $": {reason}" : ""));
        await console.Out.WriteLineAsync(
            $"{ledger.Pulses.Count} pulses planned, {figures.Sent} sent: {figures.Paired} paired, {figures.Late} late, {figures.Missed} missed; {figures.Spurious} spurious frames. "
            + "Times in µs after the trigger.");
        CliTable.Print(
            console, ["step", "band", "planned", "sent", "edge", "verdict", "frame", "device ns", "received", "offset"], ledger.Pulses.Select(p => Row(p, ledger)));
        foreach (var frame in ledger.Frames.Where(f => f.Verdict is FrameVerdict.Spurious or FrameVerdict.Incomplete))
        {
            await console.Out.WriteLineAsync(
                $"frame {frame.FrameId} at {Number(frame.HostMicroseconds)}: {(frame.Verdict == FrameVerdict.Spurious ? "answers no pulse" : $"incomplete, of step {frame.Step}")}");
        }
    }

    private static string[] Row(LedgerPulse pulse, TriggerLedger ledger)
    {
        var frame = pulse.Frame is { } index ? ledger.Frames[index] : null;
        return
        [
            $"{pulse.Step}",
            pulse.Band < 0 ? "" : $"{pulse.Band}",
            Number(pulse.PlannedMicroseconds),
            pulse.SentMicroseconds is null ? "never" : Number(pulse.SentMicroseconds),
            Number(pulse.EdgeMicroseconds),
            pulse.Verdict.ToString().ToLowerInvariant(),
            frame is null ? "" : $"{frame.FrameId}",
            frame is null or { DeviceTimestampNanoseconds: 0 } ? "" : $"{frame.DeviceTimestampNanoseconds}",
            Number(frame?.HostMicroseconds),
            Number(frame?.OffsetMicroseconds),
        ];
    }

    private static string Number(double? microseconds) => microseconds is { } value ? $"{value:0.0}" : "";
}
