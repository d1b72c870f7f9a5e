using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Tests.Watch;

/// <summary>A camera whose driver does not return from a call, and does not heed a cancellation either, until it is let go.</summary>
internal sealed class HangingCamera(ICubeSource camera) : ICubeSource
{
    private readonly TaskCompletionSource _answers = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CameraIdentity Camera => camera.Camera;

    public TriggerLedger? LastLedger => camera.LastLedger;

    public void LetGo() => _answers.TrySetResult();

    public Task OpenAsync(CancellationToken cancellationToken) => camera.OpenAsync(cancellationToken);

    public async Task<AcquiredCube> AcquireAsync(TriggerEvent trigger, CancellationToken cancellationToken)
    {
        await _answers.Task;
        return await camera.AcquireAsync(trigger, cancellationToken);
    }

    public ValueTask DisposeAsync() => camera.DisposeAsync();
}
