using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;

namespace HsiEdge.Devices.Light;

/// <summary>The texts that a serial light source is sent: a plan's templates with everything filled in, checked before the port is opened.</summary>
internal sealed partial class SerialCommands
{
    private readonly IReadOnlyList<byte[]> _select;
    private readonly byte[]? _dark;

    /// <summary>Fills the templates in.</summary>
    /// <exception cref="BadInputException">A template or the answer's expression cannot be used, or the plan takes dark frames that the source cannot.</exception>
    public SerialCommands(ScanSchedule schedule, SerialLight light)
    {
        var plan = schedule.Plan;
        if (light.DarkCommand is null && schedule.Steps.Any(s => s.IsDark))
        {
            throw new BadInputException(
                $"Scan plan '{plan.Name}' takes dark frames between the bands, but names no light.darkCommand: name it, or take the dark frames out (darkEvery 0).");
        }

        _select =
        [
            .. Enumerable.Range(0, plan.Wavelengths.Count).Select(band => Fill(
                plan.Name, "light.selectCommand", light.SelectCommand, plan.Wavelengths[band], light.Positions.Count > 0 ? light.Positions[band] : band)),
        ];
        _dark = light.DarkCommand is { } dark ? Fill(plan.Name, "light.darkCommand", dark, double.NaN, -1) : null;
        Answer = Expression(plan.Name, light.Answer);
    }

    /// <summary>What an answer line must match; null when no answer is expected.</summary>
    public Regex? Answer { get; }

    /// <summary>Bytes that select the light of a step; null for a dark step of a source that cannot be dark.</summary>
    public byte[]? For(ScanStep step) => step.IsDark ? _dark : _select[Math.Max(step.Band, 0)];

    /// <summary>Bytes that switch the light off; null when it cannot.</summary>
    public byte[]? Dark => _dark;

    /// <summary>Bytes as text for messages: control characters by their escapes.</summary>
    public static string Show(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var b in bytes)
        {
            text.Append(b switch
            {
                (byte)'\r' => "\\r",
                (byte)'\n' => "\\n",
                >= 0x20 and < 0x7F => ((char)b).ToString(),
                _ => $"\\x{b:X2}",
            });
        }

        return text.ToString();
    }

    private static byte[] Fill(string plan, string key, string template, double nanometres, long position)
    {
        var filled = Placeholder().Replace(template, match => match.Groups["name"].Value switch
        {
            "nm" when !double.IsNaN(nanometres) => Format(plan, key, match, nanometres),
            "position" when position >= 0 => Format(plan, key, match, position),
            _ => throw new BadInputException(
                $"Scan plan '{plan}': {key} holds '{match.Value}'; {(position >= 0 ? "{nm}, {nm:0.0} and {position} can be filled in there" : "nothing can be filled in there")}."),
        });
        var text = filled.Replace("\\r", "\r", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);
        return text.Length > 0 && text.All(char.IsAscii)
            ? Encoding.ASCII.GetBytes(text)
            : throw new BadInputException($"Scan plan '{plan}': {key} is '{template}'; it must be ASCII text and not empty.");
    }

    private static string Format(string plan, string key, Match match, IFormattable value)
    {
        try
        {
            return value.ToString(match.Groups["format"].Value, CultureInfo.InvariantCulture);
        }
        catch (FormatException e)
        {
            throw new BadInputException($"Scan plan '{plan}': {key} holds '{match.Value}', whose format is none that numbers have; write for instance {{nm:0.0}}.", e);
        }
    }

    private static Regex? Expression(string plan, string answer)
    {
        try
        {
            return answer.Length == 0 ? null : new Regex(answer, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new BadInputException($"Scan plan '{plan}': light.answer '{answer}' is not a regular expression that can be used: {e.Message}", e);
        }
    }

    [GeneratedRegex(@"\{(?<name>[A-Za-z]*)(:(?<format>[^}]*))?\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Placeholder();
}
