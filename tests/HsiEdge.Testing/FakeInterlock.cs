using HsiEdge.Core.Trigger;

namespace HsiEdge.Testing;

/// <summary>An interlock that a test opens and closes.</summary>
public sealed class FakeInterlock : IInterlock, IDisposable
{
    private CancellationTokenSource _open = new();
    private TaskCompletionSource _closed = new();

    public FakeInterlock() => _closed.SetResult();

    public CancellationToken Opened => _open.Token;

    public string? OpenReason { get; private set; }

    public void Open(string reason)
    {
        (OpenReason, _closed) = (reason, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _open.Cancel();
    }

    public void Close()
    {
        _open.Dispose();
        (_open, OpenReason) = (new CancellationTokenSource(), null);
        _closed.SetResult();
    }

    public Task WaitUntilClosedAsync(CancellationToken cancellationToken) => _closed.Task.WaitAsync(cancellationToken);

    public void Dispose() => _open.Dispose();
}
