using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Devices.Scan;

/// <summary>What a scanning camera is made of. Camera and light belong to it from then on and are disposed with it, in reverse order.</summary>
public sealed record ScanningParts
{
    /// <summary>Takes the frames.</summary>
    public required IFrameCamera Camera { get; init; }

    /// <summary>Makes the light; fits the plan's <see cref="ScanPlan.Light"/>.</summary>
    public required ILightSource Light { get; init; }

    /// <summary>The board's lines, for a plan that needs any; owned by others. Null without a board.</summary>
    public IBoardPins? Board { get; init; }

    /// <summary>Sends the pulses of a plan that needs any; owned by others. Null without a board.</summary>
    public IPulseEngine? Pulses { get; init; }
}
