using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Acquire;

/// <summary>
/// Puts the frames of a schedule where they belong in a cube: bands averaged and placed (BSQ or BIP), dark frames weighed and left out, pushbroom frames
/// (lines = bands) placed as lines (BIL). Allocates nothing per frame. One cube at a time.
/// </summary>
internal sealed class CubeFiller
{
    // From here on a pixel's bands side by side (BIP) are read faster than a band's pixels (BSQ).
    private const int BipFromBands = 48;

    private readonly ScanSchedule _schedule;
    private readonly FrameAverager? _averager;
    private readonly List<DarkLevel> _darkLevels = [];
    private RawCube? _cube;

    /// <summary>Makes one.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="lines">Lines of a frame.</param>
    /// <param name="samples">Samples of a line.</param>
    /// <param name="serial">The camera's serial number, for messages.</param>
    /// <exception cref="BadInputException">A pushbroom frame has another number of lines than the plan has wavelengths.</exception>
    public CubeFiller(ScanSchedule schedule, int lines, int samples, string serial)
    {
        _schedule = schedule;
        var plan = schedule.Plan;
        FramePixels = lines * samples;
        if (!schedule.IsPushbroom)
        {
            Shape = new CubeShape(lines, samples, plan.Wavelengths.Count);
            Interleave = Shape.Bands >= BipFromBands ? Interleave.Bip : Interleave.Bsq;
            _averager = plan.Averages > 1 ? new FrameAverager(plan.Averages, FramePixels) : null;
            return;
        }

        if (lines != plan.Wavelengths.Count)
        {
            throw new BadInputException(
                $"Scan plan '{plan.Name}': a frame of camera {serial} has {lines} lines, but a pushbroom frame has one line a band and the plan has {plan.Wavelengths.Count} wavelengths; "
                + "set the camera's region to the bands, or name one wavelength for each of its lines.");
        }

        Shape = new CubeShape(schedule.Steps.Count, samples, lines);
        Interleave = Interleave.Bil;
    }

    /// <summary>Size of a cube.</summary>
    public CubeShape Shape { get; }

    /// <summary>Order of a cube's values.</summary>
    public Interleave Interleave { get; }

    /// <summary>Pixels of a frame.</summary>
    public int FramePixels { get; }

    /// <summary>Starts a cube.</summary>
    /// <param name="cube">Filled from here on.</param>
    public void Begin(RawCube cube)
    {
        _cube = cube;
        _averager?.Begin();
        _darkLevels.Clear();
    }

    /// <summary>Takes the frame of a step.</summary>
    /// <param name="index">Index of the step.</param>
    /// <param name="pixels">Its counts.</param>
    public void Take(int index, ReadOnlySpan<ushort> pixels)
    {
        var step = _schedule.Steps[index];
        if (step.IsDark)
        {
            _darkLevels.Add(new DarkLevel(index, step.ExposureMicroseconds, Mean(pixels)));
            return;
        }

        var mean = _averager is null ? pixels : _averager.Add(step.Place, pixels);
        if (!mean.IsEmpty)
        {
            Copy(mean, step.Place);
        }
    }

    /// <summary>Levels of the dark frames taken since <see cref="Begin"/>, in the order of the plan.</summary>
    public IReadOnlyList<DarkLevel> DarkLevels() => [.. _darkLevels.OrderBy(d => d.Step)];

    /// <summary>A step, for people.</summary>
    /// <param name="index">Index of the step; negative for the end.</param>
    public string NameOf(int index)
    {
        if (index < 0)
        {
            return "the end of the capture";
        }

        var step = _schedule.Steps[index];
        return step.IsDark ? $"the dark frame at step {index}"
            : step.Line >= 0 ? $"line {step.Line}"
            : $"band {step.Band} ({_schedule.Plan.Wavelengths[step.Band]:0.##} nm)" + (_averager is null ? "" : $", frame {step.Repeat + 1} of {_schedule.Plan.Averages}");
    }

    private static double Mean(ReadOnlySpan<ushort> pixels)
    {
        var sum = 0L;
        foreach (var value in pixels)
        {
            sum += value;
        }

        return (double)sum / pixels.Length;
    }

    private void Copy(ReadOnlySpan<ushort> pixels, int place)
    {
        var values = _cube!.Values;
        if (Interleave != Interleave.Bip)
        {
            // A band of BSQ and a line of BIL are both one frame in one piece.
            pixels.CopyTo(values[(place * pixels.Length)..]);
            return;
        }

        var bands = Shape.Bands;
        for (int i = 0, at = place; i < pixels.Length; i++, at += bands)
        {
            values[at] = pixels[i];
        }
    }
}
