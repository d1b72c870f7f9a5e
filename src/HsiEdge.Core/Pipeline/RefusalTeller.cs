using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Core.Pipeline;

/// <summary>Sends word of refused triggers on the topic <c>ledger</c>, through the outbox: at most one message a second, which says how many it stands for.</summary>
public sealed class RefusalTeller
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly TriggerDesk _desk;
    private readonly CaseBook _book;
    private readonly TimeProvider _time;
    private readonly ILogger<RefusalTeller> _log;

    /// <summary>Makes one.</summary>
    /// <param name="desk">Refuses.</param>
    /// <param name="book">Writes.</param>
    /// <param name="time">Clock.</param>
    /// <param name="log">Receives what could not be written.</param>
    public RefusalTeller(TriggerDesk desk, CaseBook book, TimeProvider time, ILogger<RefusalTeller> log)
    {
        ArgumentNullException.ThrowIfNull(desk);
        ArgumentNullException.ThrowIfNull(book);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(log);
        _desk = desk;
        _book = book;
        _time = time;
        _log = log;
    }

    /// <summary>Takes its signs of life.</summary>
    public Heartbeat Life { get; init; } = Heartbeat.Unwatched;

    /// <summary>Tells until stopped.</summary>
    /// <param name="stopping">Ends it.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                var version = _desk.State.Version;
                if (_desk.TakeRefusals() is { } refusals)
                {
                    Life.Beat();
                    await TellAsync(refusals, stopping);
                    Life.Rest();
                    await Task.Delay(Pause, _time, stopping);
                }
                else
                {
                    await _desk.WaitForChangeAsync(version, stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }

    private async Task TellAsync(RefusalDigest refusals, CancellationToken stopping)
    {
        try
        {
            await _book.RecordRefusalsAsync(refusals, stopping);
        }
        catch (StoreFaultException e)
        {
            // The store has reported itself; a full disk is a reason for refusals that cannot be written.
            PipelineLog.RefusalsNotStored(_log, refusals.Count, e.Message);
        }
    }
}
