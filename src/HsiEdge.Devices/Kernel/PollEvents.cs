namespace HsiEdge.Devices.Kernel;

/// <summary>What poll(2) reports of a file.</summary>
[Flags]
public enum PollEvents
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>There is something to read.</summary>
    In = 1,

    /// <summary>The device is in error.</summary>
    Error = 8,

    /// <summary>The device went away.</summary>
    HangUp = 16,

    /// <summary>The file is not open.</summary>
    Invalid = 32,
}
