namespace HsiEdge.Core.Trigger;

/// <summary>A pulse engine that carries out nothing while the interlock is open, and ends what is under way when it opens.</summary>
public sealed class InterlockedPulseEngine : IPulseEngine
{
    private readonly IPulseEngine _engine;
    private readonly IInterlock _interlock;

    /// <summary>Guards an engine and owns it.</summary>
    /// <param name="engine">Carries out the programs.</param>
    /// <param name="interlock">Says when it may.</param>
    public InterlockedPulseEngine(IPulseEngine engine, IInterlock interlock)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(interlock);
        _engine = engine;
        _interlock = interlock;
    }

    /// <inheritdoc/>
    /// <exception cref="InterlockOpenException">The interlock is open, or opened before the program's end.</exception>
    public async Task RunAsync(IReadOnlyList<PinAction> program, PulseProgress progress, CancellationToken cancellationToken)
    {
        var opened = _interlock.Opened;
        if (opened.IsCancellationRequested)
        {
            throw Open();
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, opened);
        try
        {
            await _engine.RunAsync(program, progress, either.Token);
        }
        catch (OperationCanceledException e) when (opened.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Open(e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private InterlockOpenException Open(Exception? inner = null) =>
        new(_interlock.OpenReason ?? "the interlock opened and is closed again; trigger again", inner);
}
