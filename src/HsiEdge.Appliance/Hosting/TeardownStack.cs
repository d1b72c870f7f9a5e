namespace HsiEdge.Appliance.Hosting;

/// <summary>What was set up, torn down in reverse. A teardown that fails does not keep the others from running.</summary>
internal sealed class TeardownStack : IAsyncDisposable
{
    private readonly Stack<Func<ValueTask>> _undo = new();

    /// <summary>Adds the undo of a step just done.</summary>
    public void Push(Func<ValueTask> undo) => _undo.Push(undo);

    /// <summary>Adds something to dispose.</summary>
    public T Own<T>(T resource)
        where T : notnull
    {
        _undo.Push(resource switch
        {
            IAsyncDisposable asynchronous => asynchronous.DisposeAsync,
            IDisposable disposable => () =>
            {
                disposable.Dispose();
                return ValueTask.CompletedTask;
            }
            ,
            _ => throw new ArgumentException($"{typeof(T)} cannot be disposed.", nameof(resource)),
        });
        return resource;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<Exception>? faults = null;
        while (_undo.TryPop(out var undo))
        {
            try
            {
                await undo();
            }
#pragma warning disable CA1031 // Every step is undone; what failed is thrown afterwards.
            catch (Exception e)
#pragma warning restore CA1031
            {
                (faults ??= []).Add(e);
            }
        }

        if (faults is not null)
        {
            throw new AggregateException("Teardown failed.", faults);
        }
    }
}
