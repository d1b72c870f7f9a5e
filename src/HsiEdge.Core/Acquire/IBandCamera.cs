namespace HsiEdge.Core.Acquire;

/// <summary>A camera that takes one band at a time. Adapters: the phantom, GenICam, V4L2.</summary>
public interface IBandCamera : IAsyncDisposable
{
    /// <summary>Who it is.</summary>
    CameraIdentity Identity { get; }

    /// <summary>Lines of a frame.</summary>
    int Lines { get; }

    /// <summary>Samples of a line.</summary>
    int Samples { get; }

    /// <summary>Counts at and above which a pixel is saturated.</summary>
    double SaturationCounts { get; }

    /// <summary>Takes the frames of one plan in band order, one pulse a band.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <returns>Frames as they arrive.</returns>
    /// <exception cref="CameraFaultException">The camera failed in a way that a later capture may not.</exception>
    IAsyncEnumerable<BandFrame> CaptureAsync(ScanPlan plan, CancellationToken cancellationToken);
}
