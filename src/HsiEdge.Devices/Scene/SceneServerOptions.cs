using HsiEdge.Core.Acquire;

namespace HsiEdge.Devices.Scene;

/// <summary>What a scene camera shows, and where.</summary>
public sealed record SceneServerOptions
{
    /// <summary>Address of an interface of this host: one camera an address.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Serial number it answers with.</summary>
    public string Serial { get; init; } = "HSI-SCENE-1";

    /// <summary>The plan whose bands it shows.</summary>
    public required ScanPlan Plan { get; init; }

    /// <summary>Lines of a frame, ≥ 1.</summary>
    public int Lines { get; init; } = 128;

    /// <summary>Samples of a line, ≥ 1.</summary>
    public int Samples { get; init; } = 160;

    /// <summary>Seed of patient, instrument and noise.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Which digital patient, ≥ 0.</summary>
    public int Patient { get; init; } = 1;
}
