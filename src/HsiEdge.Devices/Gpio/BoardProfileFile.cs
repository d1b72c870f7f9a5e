using HsiEdge.Core;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Devices.Gpio;

/// <summary>
/// Reads board profiles (<c>firmware-config/boards/*.json</c>; JSON Schema: <c>docs/schemas/board-profile.schema.json</c>): <c>name</c>, <c>title</c>,
/// <c>simulated</c>, <c>hardwareTimestamps</c>, <c>lines</c> by role, each with <c>chip</c>, <c>line</c>, <c>headerPin</c>, <c>activeLow</c>, <c>bias</c>, <c>debounceMicroseconds</c>;
/// <c>sourceStep</c> is a list of lines; <c>loopback</c> of a simulated board wires inputs to outputs.
/// </summary>
public static class BoardProfileFile
{
    private const string Document = "Board profile";
    private const double LongestDebounceMicroseconds = 1_000_000;
    private static readonly string[] Keys = ["$schema", "name", "title", "simulated", "hardwareTimestamps", "lines", "loopback"];
    private static readonly string[] OutputKeys = ["chip", "line", "headerPin", "activeLow"];
    private static readonly string[] InputKeys = [.. OutputKeys, "bias", "debounceMicroseconds"];
    private static readonly Dictionary<string, PinRole> Roles = Enum.GetValues<PinRole>().ToDictionary(RoleKey, StringComparer.Ordinal);

    /// <summary>Reads a file.</summary>
    /// <param name="path">Path of the JSON file.</param>
    /// <exception cref="BadInputException">It cannot be read or is no profile; the message names the file and the key.</exception>
    public static BoardDescription Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Describe(DocumentNode.Read(Document, path));
    }

    /// <summary>Reads a profile from memory.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="origin">File name for messages.</param>
    /// <exception cref="BadInputException">It is no profile; the message names the origin and the key.</exception>
    public static BoardDescription Parse(ReadOnlyMemory<byte> json, string origin) => Describe(DocumentNode.Parse(Document, json, origin));

    private static BoardDescription Describe(DocumentNode root)
    {
        root.RequireObject(Keys);
        var simulated = root.Find("simulated")?.Flag() ?? false;
        var lines = new List<PinLine>();
        var wiring = root.Get("lines");
        wiring.RequireObject([.. Roles.Keys]);
        foreach (var (key, role) in Roles)
        {
            if (wiring.Find(key) is not { } node)
            {
                continue;
            }

            if (role == PinRole.SourceStep)
            {
                lines.AddRange(node.Items().Select((item, i) => ReadLine(item, role, i)));
            }
            else
            {
                lines.Add(ReadLine(node, role, 0));
            }
        }

        RefuseSharedLines(wiring, lines);
        var profile = new BoardProfile(root.Get("name").Text(), root.Get("title").Text(), simulated, lines);
        return new BoardDescription(profile, root.Find("loopback") is { } loopback ? ReadLoopbacks(loopback, profile) : [], root.Find("hardwareTimestamps")?.Flag() ?? false);
    }

    private static PinLine ReadLine(DocumentNode node, PinRole role, int index)
    {
        var line = new PinLine(role, index, "", "", ActiveLow: false, PinBias.AsIs, DebounceMicroseconds: 0, HeaderPin: null);
        node.RequireObject(line.IsOutput ? OutputKeys : InputKeys);
        return line with
        {
            ChipLabel = node.Get("chip").Text(),
            LineName = node.Get("line").Text(),
            HeaderPin = node.Find("headerPin")?.Count(40),
            ActiveLow = node.Find("activeLow")?.Flag() ?? false,
            Bias = (PinBias)(node.Find("bias")?.Word("as-is", "pull-up", "pull-down", "disabled") ?? 0),
            DebounceMicroseconds = node.Find("debounceMicroseconds")?.Number("µs", LongestDebounceMicroseconds, atLeast: 0) ?? 0,
        };
    }

    private static void RefuseSharedLines(DocumentNode wiring, List<PinLine> lines)
    {
        foreach (var shared in lines.GroupBy(l => (l.ChipLabel, l.LineName)).Where(g => g.Count() > 1))
        {
            throw wiring.Bad(
                $"wiring chip '{shared.Key.ChipLabel}' line '{shared.Key.LineName}' to {string.Join(" and ", shared.Select(l => l.Name))}", "one role a line");
        }
    }

    private static List<Loopback> ReadLoopbacks(DocumentNode node, BoardProfile profile)
    {
        if (!profile.Simulated)
        {
            throw node.Bad("given", "a loopback only where simulated is true; on a real board it is a wire");
        }

        return [.. node.Members().Select(member => new Loopback(
            To: Named(member, LastOf(member.Key), profile, output: false),
            From: Named(member, member.Text(), profile, output: true)))];
    }

    private static PinLine Named(DocumentNode node, string name, BoardProfile profile, bool output) =>
        profile.Lines.FirstOrDefault(l => l.Name == name && l.IsOutput == output)
        ?? throw node.Bad(
            $"about '{name}'", $"an {(output ? "output" : "input")} of this profile: {string.Join(", ", profile.Lines.Where(l => l.IsOutput == output).Select(l => l.Name))}");

    private static string LastOf(string key) => key[(key.LastIndexOf('.') + 1)..];

    private static string RoleKey(PinRole role) => char.ToLowerInvariant(role.ToString()[0]) + role.ToString()[1..];
}
