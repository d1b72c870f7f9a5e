using HsiEdge.Core.Trigger;

namespace HsiEdge.Appliance.Configuration;

/// <summary>The board with its lines: footswitch, interlock, lamps, pulses (configuration section <c>Board</c>).</summary>
public sealed class BoardOptions
{
    /// <summary>Profile (JSON) that says which lines are wired to what; empty means that there is no board.</summary>
    public string ProfilePath { get; set; } = "";

    /// <summary>Socket through which the lines of a simulated board are pressed and seen; empty makes none.</summary>
    public string SimulatedSocketPath { get; set; } = "";

    /// <summary>Real-time priority (SCHED_FIFO) of the thread that makes pulses, 1…99, where the system allows it; 0 is not real-time.</summary>
    public int PulsePriority { get; set; } = 80;

    /// <summary>Processor on which that thread stays; -1 is any.</summary>
    public int PulseCpu { get; set; } = -1;

    /// <summary>Whether the process keeps all of its memory in RAM (mlockall): no page fault delays a pulse.</summary>
    public bool LockMemory { get; set; }

    /// <summary>A footswitch held for so many ms is named as stuck.</summary>
    public int StuckAfterMilliseconds { get; set; } = 10_000;

    /// <summary>A line with more edges than these in a second is named as chattering.</summary>
    public int ChatterEdgesPerSecond { get; set; } = 40;

    /// <summary>What a good line does not do.</summary>
    internal LineLimits Limits => new(TimeSpan.FromMilliseconds(StuckAfterMilliseconds), ChatterEdgesPerSecond);
}
