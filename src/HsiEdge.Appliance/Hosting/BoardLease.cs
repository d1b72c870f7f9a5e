namespace HsiEdge.Appliance.Hosting;

/// <summary>The board, lent to what is built on it: it is not closed before the lease is given back, so that what was lit goes dark in its own order.</summary>
internal sealed class BoardLease(ApplianceBoard? board, TaskCompletionSource? returned) : IDisposable
{
    /// <summary>The board; null where none is configured.</summary>
    public ApplianceBoard? Board { get; } = board;

    /// <inheritdoc/>
    public void Dispose() => returned?.TrySetResult();
}
