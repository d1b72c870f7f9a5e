using LiteDB;

namespace HsiEdge.Delivery.Record;

/// <summary>A work that waits for the store's thread.</summary>
internal abstract class StoreWork(long? logBytes, CancellationToken cancellationToken)
{
    /// <summary>Room in the log that it may need; null when it only reads.</summary>
    public long? LogBytes { get; } = logBytes;

    public bool Durable => LogBytes is not null;

    protected CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Claims the work; false when its caller has given up.</summary>
    public abstract bool Begin();

    public abstract void Execute(StoreSession session);

    public abstract void Succeed();

    public abstract void Fail(Exception exception);
}

/// <summary>A work with what it gives back.</summary>
internal sealed class StoreWork<T>(Func<LiteDatabase, T> work, long? logBytes, CancellationToken cancellationToken) : StoreWork(logBytes, cancellationToken)
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _value = default!;

#pragma warning disable VSTHRD003 // Completed by the store's thread, which waits for nobody.
    public Task<T> Completion => _completion.Task;
#pragma warning restore VSTHRD003

    public override bool Begin()
    {
        if (!CancellationToken.IsCancellationRequested)
        {
            return true;
        }

        _completion.SetCanceled(CancellationToken);
        return false;
    }

    public override void Execute(StoreSession session) => _value = Durable ? session.Transact(work) : work(session.Database);

    public override void Succeed() => _completion.SetResult(_value);

    public override void Fail(Exception exception) => _completion.SetException(exception);
}
