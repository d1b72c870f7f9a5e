namespace HsiEdge.Devices.Gpio;

/// <summary>How hard the pulse thread is to be kept in time.</summary>
public sealed record PulseThreadOptions
{
    /// <summary>SCHED_FIFO priority, 1…99; 0 leaves the thread an ordinary one.</summary>
    public int Priority { get; init; }

    /// <summary>CPU that the thread is bound to; −1 leaves it to the kernel.</summary>
    public int Cpu { get; init; } = -1;

    /// <summary>Whether the process's memory is locked, so that no pulse waits for a page.</summary>
    public bool LockMemory { get; init; }
}
