namespace HsiEdge.Devices.Phantom;

/// <summary>What goes wrong with one frame of the phantom camera.</summary>
public enum PhantomFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The frame never comes; its number is used up.</summary>
    Dropped,

    /// <summary>The frame comes marked as incomplete.</summary>
    Incomplete,

    /// <summary>The frame comes twice.</summary>
    Duplicate,

    /// <summary>The camera reports a fault and ends the capture.</summary>
    CameraFault,

    /// <summary>The camera falls silent until the capture is given up.</summary>
    Silence,
}
