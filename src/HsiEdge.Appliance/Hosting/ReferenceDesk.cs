using HsiEdge.Appliance.Publish;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Appliance.Hosting;

/// <summary>
/// Takes references in the running box: triggers are refused meanwhile, the capture under way is waited for, and what passed is in use from the next capture on.
/// A box without references refuses triggers and stays reachable, so that a command can give it some.
/// </summary>
internal sealed class ReferenceDesk(
    ReferenceSession session, ReferenceKeeper references, TriggerDesk desk, HealthBoard health, IInterlock? interlock, Action<string> activated, CancellationToken stopping)
    : IAsyncDisposable
{
    private const string Missing = "no references";
    private const string Taking = "taking references";
    private const string HealthCause = "references";
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Refuses triggers until there are references.</summary>
    public void BlockWithout()
    {
        const string Reason = "there are no references of this camera and plan: cover the lens and send command/reference-dark, then show the white target and send command/reference-white";
        desk.Block(Missing, Reason);
        health.Report("camera", HealthState.Warning, Reason, HealthCause);
    }

    /// <summary>Takes one.</summary>
    /// <param name="white">White, or dark.</param>
    /// <param name="averages">Captures averaged.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <exception cref="BadInputException">Another is being taken, or this one was refused.</exception>
    /// <exception cref="CameraFaultException">The camera failed; nothing was taken.</exception>
    /// <exception cref="InterlockOpenException">The interlock is open, or opened meanwhile.</exception>
    public async Task<ReferenceAnswer> TakeAsync(bool white, int averages, CancellationToken cancellationToken)
    {
        if (!await _one.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            throw new BadInputException("Busy: another reference is being taken; send the command again when it is answered.");
        }

        try
        {
            var opened = interlock?.Opened ?? CancellationToken.None;
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping, opened);
            desk.Block(Taking, "busy: references are being taken; trigger again when they are stored");
            try
            {
                await WaitForCaptureAsync(stop.Token);
                var taken = await session.TakeAsync(white, averages, stop.Token);
                if (taken.Set is { } set)
                {
                    references.Adopt(set);
                    activated(set.Id);
                    desk.Unblock(Missing);
                    health.Report("camera", HealthState.Ok, cause: HealthCause);
                }

                return new ReferenceAnswer(taken.Set?.Id, taken.Checks);
            }
            catch (OperationCanceledException) when (opened.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new InterlockOpenException(interlock!.OpenReason ?? "the interlock opened while the reference was taken; close it and take the reference again");
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new CameraFaultException("The box is stopping, or its board went away; take the reference when its status is online.");
            }
            finally
            {
                desk.Unblock(Taking);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Waits for the reference being taken; it was told to stop before.</summary>
    public async ValueTask DisposeAsync()
    {
        await _one.WaitAsync(CancellationToken.None);
        desk.Unblock(Missing);
        health.Report("camera", HealthState.Ok, cause: HealthCause);
    }

    private async Task WaitForCaptureAsync(CancellationToken cancellationToken)
    {
        while (desk.State is { Capturing: true } state)
        {
            await desk.WaitForChangeAsync(state.Version, cancellationToken);
        }
    }
}
