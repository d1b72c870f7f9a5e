namespace HsiEdge.Proofs.Kill;

/// <summary>The real time with the wall clock ahead, so that a store grows old within seconds.</summary>
internal sealed class AheadTime(TimeSpan ahead) : TimeProvider
{
    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;
}
