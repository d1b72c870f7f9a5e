namespace HsiEdge.Devices.Gpio;

/// <summary>GPIO_V2_LINE_FLAG_… of the kernel.</summary>
[Flags]
public enum GpioLineFlags : ulong
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Somebody uses the line.</summary>
    Used = 1 << 0,

    /// <summary>The electrical low level is the active one.</summary>
    ActiveLow = 1 << 1,

    /// <summary>It is an input.</summary>
    Input = 1 << 2,

    /// <summary>It is an output.</summary>
    Output = 1 << 3,

    /// <summary>Edges to active are reported.</summary>
    EdgeRising = 1 << 4,

    /// <summary>Edges to inactive are reported.</summary>
    EdgeFalling = 1 << 5,

    /// <summary>Pulled up.</summary>
    BiasPullUp = 1 << 8,

    /// <summary>Pulled down.</summary>
    BiasPullDown = 1 << 9,

    /// <summary>Not pulled.</summary>
    BiasDisabled = 1 << 10,

    /// <summary>Edges are stamped with the wall clock.</summary>
    EventClockRealtime = 1 << 11,

    /// <summary>Edges are stamped by the hardware timestamp engine, where the chip has one.</summary>
    EventClockHardware = 1 << 12,
}
