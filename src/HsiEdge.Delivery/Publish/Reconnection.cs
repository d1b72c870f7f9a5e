using HsiEdge.Core;
using HsiEdge.Core.Publish;

namespace HsiEdge.Delivery.Publish;

/// <summary>One connection after another until stopped, with a jittered pause that grows while none succeeds.</summary>
internal sealed class Reconnection
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);

    private readonly MqttOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<string, bool> _lost;

    /// <summary>Makes the loop of one link.</summary>
    /// <param name="options">Broker and longest pause.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="lost">Told why a connection ended or failed, and whether it is the first failure of an episode: one warning each.</param>
    public Reconnection(MqttOptions options, TimeProvider time, Action<string, bool> lost) => (_options, _time, _lost) = (options, time, lost);

    /// <summary>Connects again and again.</summary>
    /// <param name="life">Takes a sign of life at each attempt.</param>
    /// <param name="connect">One connection from attempt to end: takes the failures so far, and what it calls once it stands.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RunAsync(Heartbeat life, Func<int, Action, Task> connect, CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var connected = false;
            life.Beat();
            try
            {
                await connect(failures, () => connected = true);
                failures = 0;
                continue;
            }
            catch (Exception exception) when (exception is LinkLostException or BadInputException)
            {
                // A file of the options that cannot be used is waited for as the broker is: the box goes on recording.
                failures = connected ? 1 : failures + 1;
                _lost($"{_options.Host}:{_options.Port}: {exception.Message}", failures == 1);
            }

            life.Beat();
            await Task.Delay(Pause(failures), _time, cancellationToken);
        }
    }

    // Full jitter: carts that lost the same broker do not come back in step.
    private TimeSpan Pause(int failures)
    {
        var ceiling = Math.Min(_options.MaximumReconnectDelaySeconds * 1000.0, FirstDelay.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 20)));
#pragma warning disable CA5394 // Jitter, not a secret.
        return TimeSpan.FromMilliseconds(FirstDelay.TotalMilliseconds + (Random.Shared.NextDouble() * (ceiling - FirstDelay.TotalMilliseconds)));
#pragma warning restore CA5394
    }
}
