namespace HsiEdge.Core.Trigger;

/// <summary>A source of capture requests: footswitch, interval, commands.</summary>
public interface ITriggerSource : IAsyncDisposable
{
    /// <summary>Name for logs and health, such as "interval".</summary>
    string Name { get; }

    /// <summary>
    /// Runs until cancelled and posts each request to the sink as it occurs. Must never block on the sink: the sink answers at once.
    /// </summary>
    /// <param name="sink">Takes the requests.</param>
    /// <param name="cancellationToken">Ends the source.</param>
    Task RunAsync(ITriggerSink sink, CancellationToken cancellationToken);
}
