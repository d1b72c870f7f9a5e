namespace HsiEdge.Appliance.Hosting;

/// <summary>How long to wait before the next attempt on hardware that is away: from 1 s doubling to 30 s, each with a quarter of jitter either way.</summary>
internal sealed class RetryDelay
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private TimeSpan _next = First;

    /// <summary>The wait before the next attempt.</summary>
    public TimeSpan Next()
    {
#pragma warning disable CA5394 // Jitter, not a secret.
        var jittered = _next * (0.75 + (Random.Shared.NextDouble() / 2));
#pragma warning restore CA5394
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return jittered;
    }

    /// <summary>An attempt succeeded.</summary>
    public void Reset() => _next = First;
}
