using System.Text;

namespace HsiEdge.Devices.V4l2;

/// <summary>A control of a video device.</summary>
/// <param name="Id">The kernel's number.</param>
/// <param name="Name">Its name as <c>v4l2-ctl --list-ctrls</c> shows it.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Minimum">Least value.</param>
/// <param name="Maximum">Greatest value.</param>
/// <param name="Step">Distance of values, ≥ 1 for numbers.</param>
/// <param name="Flags">V4L2_CTRL_FLAG_….</param>
internal sealed record VideoControl(uint Id, string Name, VideoControlType Type, long Minimum, long Maximum, long Step, uint Flags)
{
    /// <summary>Whether it holds a number that can be set.</summary>
    public bool IsNumber =>
        Enum.IsDefined(Type) && (Flags & (V4l2Abi.ControlDisabled | V4l2Abi.ControlReadOnly)) == 0;

    /// <summary>The value of the kernel's union: lower half for 32-bit controls.</summary>
    public long Read(long union) => Type switch
    {
        VideoControlType.Integer64 => union,
        VideoControlType.Bitmask => (uint)union,
        _ => (int)union,
    };

    /// <summary>The value next to a number, on a step and within the range.</summary>
    public long Nearest(double value)
    {
        var step = Math.Max(Step, 1);
        var within = Math.Clamp(value, Minimum, Maximum);
        return Math.Min(Minimum + ((long)Math.Round((within - Minimum) / step) * step), Maximum);
    }

    /// <summary>A control's name in lower case, with one underscore for everything between letters and digits.</summary>
    public static string NameOf(string text)
    {
        var name = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                name.Append(char.ToLowerInvariant(letter));
            }
            else if (name.Length > 0 && name[^1] != '_')
            {
                name.Append('_');
            }
        }

        return name.ToString().TrimEnd('_');
    }
}

/// <summary>Kinds of control that hold one number (enum v4l2_ctrl_type).</summary>
internal enum VideoControlType
{
    /// <summary>32-bit number.</summary>
    Integer = 1,

    /// <summary>0 or 1.</summary>
    Boolean = 2,

    /// <summary>Number of a choice.</summary>
    Menu = 3,

    /// <summary>64-bit number.</summary>
    Integer64 = 5,

    /// <summary>Bits.</summary>
    Bitmask = 8,

    /// <summary>Number of a choice among numbers.</summary>
    IntegerMenu = 9,
}
