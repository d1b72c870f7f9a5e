namespace HsiEdge.Core.Acquire;

/// <summary>A camera that takes the frames of a schedule, light and triggers included. Adapters: the phantom, and a frame camera with its light source and pins.</summary>
public interface IBandCamera : IAsyncDisposable
{
    /// <summary>Who it is; known once opened.</summary>
    CameraIdentity Identity { get; }

    /// <summary>Lines of a frame; known once opened.</summary>
    int Lines { get; }

    /// <summary>Samples of a line; known once opened.</summary>
    int Samples { get; }

    /// <summary>Counts at and above which a pixel is saturated; known once opened.</summary>
    double SaturationCounts { get; }

    /// <summary>Sensor temperature in °C, the latest the camera told; null where it tells none. Never blocks.</summary>
    double? TemperatureCelsius => null;

    /// <summary>Opens camera and light source and checks that they can hold the schedule.</summary>
    /// <param name="schedule">What will be asked.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="CameraFaultException">It cannot be opened now.</exception>
    /// <exception cref="BadInputException">It can never hold this plan; the message says why.</exception>
    Task OpenAsync(ScanSchedule schedule, CancellationToken cancellationToken);

    /// <summary>Takes the frames of one schedule, one trigger a step.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="pulses">Told of every trigger before its frame is given, and of every exposure edge.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns>Frames as they arrive.</returns>
    /// <exception cref="CameraFaultException">The camera failed in a way that a later capture may not.</exception>
    IAsyncEnumerable<BandFrame> CaptureAsync(ScanSchedule schedule, ICapturePulses pulses, CancellationToken cancellationToken);
}
