namespace HsiEdge.Core.Acquire;

/// <summary>Who makes the light of a band (key <c>light</c> of a scan plan).</summary>
public abstract record LightPlan
{
    private protected LightPlan()
    {
    }

    /// <summary>Whether the box itself can switch the light off; where it cannot, a person covers the lens for a dark reference.</summary>
    public bool CanDarken => this switch
    {
        GpioLight gpio => gpio.Coding != LightCoding.StepPulse,
        SerialLight serial => serial.DarkCommand is not null,
        CameraLight camera => camera.DarkPosition is not null,
        _ => false,
    };
}

/// <summary>Nothing is switched: broadband light, or a spectrograph.</summary>
public sealed record FixedLight : LightPlan
{
    /// <summary>The only one.</summary>
    public static FixedLight Instance { get; } = new();
}

/// <summary>A source stepped by the board's <c>sourceStep</c> lines.</summary>
/// <param name="Coding">How a position is put on the lines.</param>
/// <param name="Positions">Position of each band, one a band: line number of one-hot, code of binary, steps from home of step-pulse; ≥ 0.</param>
/// <param name="PulseMicroseconds">Width and pause of a step pulse in µs; 0 for the other codings.</param>
/// <param name="WaitForSync">Whether the <c>sourceSync</c> line must become active before the trigger.</param>
public sealed record GpioLight(LightCoding Coding, IReadOnlyList<int> Positions, double PulseMicroseconds, bool WaitForSync) : LightPlan;

/// <summary>How a position is put on lines.</summary>
public enum LightCoding
{
    /// <summary>One line a position; all inactive is dark.</summary>
    OneHot,

    /// <summary>Position + 1 in binary, line 0 the lowest bit; all inactive is dark.</summary>
    Binary,

    /// <summary>Line 0 pulses once a step forward; line 1, where there is one, active for homing. It has no dark position.</summary>
    StepPulse,
}

/// <summary>A source on a serial port with a command for each band and an answer.</summary>
/// <param name="Baud">Bits a second, 8N1.</param>
/// <param name="SelectCommand">Text that selects a band; <c>{nm}</c>, <c>{nm:0.0}</c> and <c>{position}</c> are replaced, <c>\r</c> and <c>\n</c> are control characters.</param>
/// <param name="DarkCommand">Text that switches the light off, or null when it cannot.</param>
/// <param name="Answer">Regular expression that the answer line must match; empty expects none.</param>
/// <param name="AnswerTimeoutMilliseconds">Longest wait for it in ms.</param>
/// <param name="Positions">Position of each band for <c>{position}</c>; empty numbers the bands from 0.</param>
public sealed record SerialLight(
    int Baud, string SelectCommand, string? DarkCommand, string Answer, double AnswerTimeoutMilliseconds, IReadOnlyList<int> Positions) : LightPlan;

/// <summary>A filter or light inside the camera, chosen by an integer feature.</summary>
/// <param name="Feature">GenICam feature or V4L2 control.</param>
/// <param name="Positions">Value of each band.</param>
/// <param name="DarkPosition">Value that gives no light, or null when it has none.</param>
public sealed record CameraLight(string Feature, IReadOnlyList<long> Positions, long? DarkPosition) : LightPlan;
