using Spectre.Console;

namespace HsiEdge.Appliance.Cli;

/// <summary>Tables for people. Colours only on a terminal; in a file or pipe the same words without them.</summary>
internal static class CliTable
{
    /// <summary>Prints a table.</summary>
    /// <param name="console">Where.</param>
    /// <param name="headings">One a column.</param>
    /// <param name="rows">One text a column.</param>
    public static void Print(CliConsole console, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.Simple, ShowRowSeparators = false };
        foreach (var heading in headings)
        {
            table.AddColumn(new TableColumn(Markup.Escape(heading)) { NoWrap = !string.Equals(heading, headings[^1], StringComparison.Ordinal) });
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        }

        var buffer = new StringWriter();
        var screen = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(buffer),
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        screen.Profile.Width = console.OutWidth;
        screen.Write(table);
        foreach (var line in buffer.ToString().Split('\n'))
        {
            if (line.Trim().Length > 0)
            {
                console.Out.WriteLine(line.TrimEnd());
            }
        }
    }
}
