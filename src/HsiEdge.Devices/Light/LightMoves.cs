using HsiEdge.Core.Acquire;

namespace HsiEdge.Devices.Light;

/// <summary>Which lines change, in which order and when, for a light source to go from one position to another. Knows no pins.</summary>
internal static class LightMoves
{
    /// <summary>Line of the step-pulse coding that pulses once a step.</summary>
    public const int StepLine = 0;

    /// <summary>Line of the step-pulse coding that is active for homing.</summary>
    public const int HomeLine = 1;

    /// <summary>All lines inactive: dark, for the codings that have it.</summary>
    public const long Dark = -1;

    /// <summary>Fewest lines with which a coding can show a position.</summary>
    /// <param name="coding">One-hot or binary; step-pulse needs one, and one more for homing.</param>
    /// <param name="highestPosition">The highest position asked for, ≥ 0.</param>
    public static int LinesFor(LightCoding coding, long highestPosition) => coding switch
    {
        LightCoding.OneHot => checked((int)highestPosition + 1),
        LightCoding.Binary => 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)highestPosition + 1),
        _ => 1,
    };

    /// <summary>
    /// One-hot and binary. What goes out goes out before anything goes on: no two sources of one-hot burn at once, and every code on the way is
    /// part of the old one or of the new one, never a mixture of both.
    /// </summary>
    /// <param name="coding">How a position is put on the lines.</param>
    /// <param name="from">Levels now, bit n for line n.</param>
    /// <param name="position">Where to, or <see cref="Dark"/>.</param>
    /// <param name="lines">Lines there are, at most 63.</param>
    /// <param name="moves">Receives the changes.</param>
    /// <returns>Levels afterwards.</returns>
    public static ulong Levels(LightCoding coding, ulong from, long position, int lines, List<LineMove> moves)
    {
        var to = position == Dark ? 0 : coding == LightCoding.OneHot ? 1UL << (int)position : (ulong)position + 1;
        for (var line = 0; line < lines; line++)
        {
            if (((from & ~to) >> line & 1) != 0)
            {
                moves.Add(new LineMove(0, line, false));
            }
        }

        for (var line = 0; line < lines; line++)
        {
            if (((to & ~from) >> line & 1) != 0)
            {
                moves.Add(new LineMove(0, line, true));
            }
        }

        return to;
    }

    /// <summary>Step-pulse: forward by pulses; back, or from an unknown place, by homing first.</summary>
    /// <param name="from">Steps from home now; null when unknown.</param>
    /// <param name="position">Steps from home wanted, ≥ 0.</param>
    /// <param name="pulseMicroseconds">Width of a pulse and of the pause after it, in µs.</param>
    /// <param name="homeMicroseconds">How long the homing line is active, in µs.</param>
    /// <param name="moves">Receives the changes.</param>
    /// <returns>How long the way takes, in µs.</returns>
    public static double Steps(long? from, long position, double pulseMicroseconds, double homeMicroseconds, List<LineMove> moves)
    {
        var at = 0.0;
        if (from is null || from > position)
        {
            moves.Add(new LineMove(0, HomeLine, true));
            moves.Add(new LineMove(homeMicroseconds, HomeLine, false));
            at = homeMicroseconds + pulseMicroseconds;
            from = 0;
        }

        for (var step = from.Value; step < position; step++)
        {
            moves.Add(new LineMove(at, StepLine, true));
            moves.Add(new LineMove(at + pulseMicroseconds, StepLine, false));
            at += 2 * pulseMicroseconds;
        }

        return at;
    }
}
