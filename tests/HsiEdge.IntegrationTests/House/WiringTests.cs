using System.Text.RegularExpressions;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.House;

/// <summary>docs/wiring.md and its drawing are what the profiles of the boards say.</summary>
public sealed partial class WiringTests
{
    private static string Root => SharedData.RepositoryRoot;

    private static List<BoardProfile> Boards =>
        [.. Directory.GetFiles(Path.Combine(Root, "firmware-config", "boards"), "*.json").Order(StringComparer.Ordinal).Select(p => BoardProfileFile.Read(p).Profile).Where(b => !b.Simulated)];

    [Fact]
    public async Task The_pin_tables_of_the_wiring_page_are_those_of_the_profiles()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Root, "docs", "wiring.md"));
        var tables = Table().Matches(page).Select(m => m.Value.TrimEnd('\n')).ToList();
        Assert.NotEmpty(tables);
        Assert.Equal(Boards.Select(TableOf), tables);
    }

    [Fact]
    public async Task The_drawing_shows_each_role_at_the_header_pins_that_every_board_has_it_on()
    {
        var drawing = await File.ReadAllTextAsync(Path.Combine(Root, "docs", "images", "wiring.svg"));
        var drawn = Drawn().Matches(drawing).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value, StringComparer.Ordinal);
        Assert.All(Boards, board =>
        {
            var wired = board.Lines.GroupBy(l => l.Role).ToDictionary(
                g => g.Key == PinRole.SourceStep ? $"sourceStep[0..{g.Count() - 1}]" : g.First().Name,
                g => string.Join(", ", g.OrderBy(l => l.Index).Select(l => l.HeaderPin)), StringComparer.Ordinal);
            Assert.Equal(wired.OrderBy(p => p.Key, StringComparer.Ordinal), drawn.OrderBy(p => p.Key, StringComparer.Ordinal));
        });
    }

    private static string TableOf(BoardProfile board) => string.Join('\n',
    [
        $"### {board.Title} (`{board.Name}.json`)",
        "",
        "| header pin | role | direction | chip and line | active | pull | debounce |",
        "|---|---|---|---|---|---|---|",
        .. board.Lines.OrderBy(l => l.HeaderPin).Select(RowOf),
    ]);

    private static string RowOf(PinLine line)
    {
        var bias = line.Bias switch
        {
            PinBias.PullUp => "pull-up",
            PinBias.PullDown => "pull-down",
            PinBias.Disabled => "disabled",
            _ => "as-is",
        };
        return FormattableString.Invariant(
            $"| {line.HeaderPin} | {line.Name} | {(line.IsOutput ? "out" : "in")} | {line.ChipLabel} {line.LineName} | {(line.ActiveLow ? "low" : "high")} | {(line.IsOutput ? "" : bias)} | {(line.IsOutput ? "" : $"{line.DebounceMicroseconds} µs")} |");
    }

    [GeneratedRegex(@"### [^\n]+\(`[^`]+\.json`\)\n\n(\|[^\n]*\n)+")]
    private static partial Regex Table();

    [GeneratedRegex(@"<text [^>]*>([^<]+)</text><text [^>]*>pin ([0-9, ]+)</text>")]
    private static partial Regex Drawn();
}
