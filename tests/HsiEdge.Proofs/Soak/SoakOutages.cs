using System.Diagnostics;
using HsiEdge.Testing;

namespace HsiEdge.Proofs.Soak;

/// <summary>
/// The network between box and broker while it fails: reset again and again (the broker away), frozen (half open: the box has to find out), or reset once. The broker
/// itself stays up, so that what it has acknowledged reaches the consumer and any loss is the box's.
/// </summary>
internal sealed class SoakOutages(TcpProxy proxy)
{
    private static readonly TimeSpan Stroke = TimeSpan.FromMilliseconds(100);
    private int _count;

    /// <summary>Outages so far.</summary>
    public int Count => _count;

    /// <summary>Whether one is under way.</summary>
    public bool IsDown { get; private set; }

    /// <summary>Carries out the next kind of outage.</summary>
    /// <param name="length">How long.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public async Task RunAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        IsDown = true;
        try
        {
            switch (_count++ % 3)
            {
                case 0:
                    var begun = Stopwatch.GetTimestamp();
                    while (Stopwatch.GetElapsedTime(begun) < length)
                    {
                        proxy.Break();
                        await Task.Delay(Stroke, cancellationToken);
                    }

                    break;
                case 1:
                    proxy.Frozen = true;
                    await Task.Delay(length, cancellationToken);
                    break;
                default:
                    break;
            }
        }
        finally
        {
            proxy.Frozen = false;
            proxy.Break();
            IsDown = false;
        }
    }
}
