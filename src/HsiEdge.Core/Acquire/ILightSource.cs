namespace HsiEdge.Core.Acquire;

/// <summary>What makes the light of a band: a tunable filter, lasers, or nothing that can be chosen.</summary>
public interface ILightSource : IAsyncDisposable
{
    /// <summary>Opens it and checks that it can serve the plan.</summary>
    /// <param name="schedule">What will be asked of it.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="BadInputException">It can never serve this plan; the message says why.</exception>
    /// <exception cref="CameraFaultException">It does not answer now.</exception>
    Task OpenAsync(ScanSchedule schedule, CancellationToken cancellationToken);

    /// <summary>Selects the light of a step and returns when the source has answered or was switched; the plan's settle time is waited for by the caller.</summary>
    /// <param name="step">The step; a dark one is without light.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CameraFaultException">The source failed or did not answer in time.</exception>
    ValueTask SelectAsync(ScanStep step, CancellationToken cancellationToken);

    /// <summary>Switches all light off: at the end of a capture, after a fault and when the interlock opens.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask DarkenAsync(CancellationToken cancellationToken);
}
