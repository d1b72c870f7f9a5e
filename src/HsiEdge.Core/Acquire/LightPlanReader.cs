using System.Text.RegularExpressions;

namespace HsiEdge.Core.Acquire;

/// <summary>Reads key <c>light</c> of a scan plan.</summary>
internal static class LightPlanReader
{
    private const int MostLines = 32;
    private const int LargestPosition = 1_000_000;
    private static readonly TimeSpan PatternLimit = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads it.</summary>
    /// <param name="node">The key.</param>
    /// <param name="bands">Bands of the plan: each has its position.</param>
    public static LightPlan Read(DocumentNode node, int bands)
    {
        switch (node.Get("kind").Word("fixed", "gpio", "serial", "camera"))
        {
            case 0:
                node.RequireObject(["kind"]);
                return FixedLight.Instance;
            case 1:
                return ReadGpio(node, bands);
            case 2:
                return ReadSerial(node, bands);
            default:
                return ReadCamera(node, bands);
        }
    }

    /// <summary>Why a light has no darkness; null when it has.</summary>
    /// <param name="light">The light.</param>
    public static string? WhyNeverDark(LightPlan light) => light switch
    {
        FixedLight => "a fixed light cannot be switched off",
        GpioLight { Coding: LightCoding.StepPulse } => "a source that is stepped by pulses has no dark position",
        SerialLight { DarkCommand: null } => "light.dark, the command that switches the light off, is missing",
        CameraLight { DarkPosition: null } => "light.darkPosition is missing",
        _ => null,
    };

    private static GpioLight ReadGpio(DocumentNode node, int bands)
    {
        node.RequireObject(["kind", "coding", "positions", "pulseMicroseconds", "waitForSync"]);
        var coding = (LightCoding)node.Get("coding").Word("one-hot", "binary", "step-pulse");
        var pulse = node.Find("pulseMicroseconds")?.Number("µs", 1_000_000, above: 0);
        if (pulse is null == (coding == LightCoding.StepPulse))
        {
            throw node.Bad(
                pulse is null ? "without pulseMicroseconds" : "with pulseMicroseconds",
                coding == LightCoding.StepPulse ? "the width of a step pulse in pulseMicroseconds" : "pulseMicroseconds with step-pulse alone");
        }

        return new GpioLight(coding, Positions(node, bands, coding == LightCoding.OneHot ? MostLines - 1 : LargestPosition), pulse ?? 0, node.Find("waitForSync")?.Flag() ?? false);
    }

    private static SerialLight ReadSerial(DocumentNode node, int bands)
    {
        node.RequireObject(["kind", "baud", "select", "dark", "answer", "answerTimeoutMilliseconds", "positions"]);
        var answer = node.Find("answer")?.Text() ?? "";
        try
        {
            _ = Regex.IsMatch("", answer, RegexOptions.None, PatternLimit);
        }
        catch (ArgumentException e)
        {
            throw node.Get("answer").Bad($"'{answer}', which is no regular expression ({e.Message})", "a regular expression that the answer matches");
        }

        return new SerialLight(
            node.Find("baud")?.Whole("bits a second", 300, 4_000_000) ?? 9600,
            node.Get("select").Text(),
            node.Find("dark")?.Text(),
            answer,
            node.Find("answerTimeoutMilliseconds")?.Number("ms", 600_000, above: 0) ?? 1000,
            node.Find("positions") is null ? [] : Positions(node, bands, LargestPosition));
    }

    private static CameraLight ReadCamera(DocumentNode node, int bands)
    {
        node.RequireObject(["kind", "feature", "positions", "darkPosition"]);
        return new CameraLight(
            node.Get("feature").Text(),
            [.. Positions(node, bands, LargestPosition).Select(p => (long)p)],
            node.Find("darkPosition")?.Whole("", 0, LargestPosition));
    }

    /// <summary>One position a band; left out, the bands are numbered from 0.</summary>
    private static int[] Positions(DocumentNode node, int bands, int most)
    {
        if (node.Find("positions") is not { } list)
        {
            return bands - 1 <= most
                ? [.. Enumerable.Range(0, bands)]
                : throw node.Bad($"for {bands} bands", $"at most {most + 1} bands with this coding");
        }

        var positions = list.Items().Select(i => i.Whole("", 0, most)).ToArray();
        return positions.Length == bands && positions.Distinct().Count() == bands
            ? positions
            : throw list.Bad($"{positions.Length} positions, {positions.Distinct().Count()} of them different", $"{bands} different ones, one a band");
    }
}
