using HsiEdge.Core.Trigger;

namespace HsiEdge.Core.Acquire;

/// <summary>The Acquire stage as the pipeline sees it: a trigger in, a cube out. A recorded cube is just another camera.</summary>
public interface ICubeSource : IAsyncDisposable
{
    /// <summary>Which camera the next cube comes from.</summary>
    CameraIdentity Camera { get; }

    /// <summary>The books of the last capture, also of one that was stopped; null before the first pulse plan and for recordings.</summary>
    TriggerLedger? LastLedger => null;

    /// <summary>Opens the hardware; called once before the first capture.</summary>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="CameraFaultException">It cannot be opened now.</exception>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Captures one cube.</summary>
    /// <param name="trigger">The trigger that asked.</param>
    /// <param name="cancellationToken">Stops the capture.</param>
    /// <returns>The cube with its provenance; the caller disposes it.</returns>
    /// <exception cref="CameraFaultException">This capture failed; the next may not. It carries the ledger of the pulses sent.</exception>
    /// <exception cref="CaptureRefusedException">No buffer is free: the capture was not begun.</exception>
    Task<AcquiredCube> AcquireAsync(TriggerEvent trigger, CancellationToken cancellationToken);
}
