using HsiEdge.Core.Cubes;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Core.Acquire;

/// <summary>What band-by-band acquisition logs (event ids 2100–2199).</summary>
internal static partial class AcquireLog
{
    [LoggerMessage(2101, LogLevel.Information, "Camera {Model}, serial {Serial}, ready with plan {Plan}: {Shape}")]
    public static partial void CameraReady(ILogger logger, string model, string serial, string plan, CubeShape shape);

    [LoggerMessage(2102, LogLevel.Debug, "Trigger {Sequence}: {Sent} pulses, {Paired} paired, {Late} late, {Missed} missed, {Spurious} spurious")]
    public static partial void Ledger(ILogger logger, long sequence, int sent, int paired, int late, int missed, int spurious);

    [LoggerMessage(2103, LogLevel.Warning, "Trigger {Sequence}: camera {Serial} sent {Late} late and {Spurious} spurious frames")]
    public static partial void Irregular(ILogger logger, long sequence, string serial, int late, int spurious);

    [LoggerMessage(2104, LogLevel.Warning, "Trigger {Sequence}: no buffer; {Rented} cubes in flight, ceiling {CeilingBytes} bytes, {Refusals} refusals so far")]
    public static partial void PoolExhausted(ILogger logger, long sequence, long rented, long ceilingBytes, long refusals);

    [LoggerMessage(2105, LogLevel.Warning, "Trigger {Sequence}: frame {FrameId} of step {Step} is incomplete; {Found} of {Expected} pixels came or the camera marks it so")]
    public static partial void FrameIncomplete(ILogger logger, long sequence, int step, ulong frameId, int found, long expected);

    [LoggerMessage(2106, LogLevel.Debug, "Trigger {Sequence}: frame {FrameId} answers no pulse")]
    public static partial void FrameSpurious(ILogger logger, long sequence, ulong frameId);

    [LoggerMessage(2107, LogLevel.Debug, "Camera {Serial}: the frame of an abandoned capture ended: {Reason}")]
    public static partial void AbandonedFrameEnded(ILogger logger, string serial, string reason);

    [LoggerMessage(2110, LogLevel.Warning, "Trigger {Sequence}: which frames of camera {Serial} answer which pulses is not certain: {Doubt}")]
    public static partial void PairingDoubted(ILogger logger, long sequence, string serial, string doubt);

    [LoggerMessage(2111, LogLevel.Information, "Camera {Serial}: waiting {Milliseconds:0} ms until no frame of the failed capture can come any more")]
    public static partial void OutwaitingOwedFrames(ILogger logger, string serial, double milliseconds);
}
