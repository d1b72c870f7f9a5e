using System.Globalization;
using System.Text;

namespace HsiEdge.Appliance.Cli.Export;

/// <summary>
/// A table as RFC 4180 has it: comma, CRLF, quotes where needed, UTF-8 without a mark. Text that a spreadsheet would take for a formula (it begins
/// with =, +, -, @, a tab or a carriage return) gets an apostrophe before it; numbers never do.
/// </summary>
internal sealed class CsvTable : IAsyncDisposable
{
    private static readonly System.Buffers.SearchValues<char> NeedsQuotes = System.Buffers.SearchValues.Create(",\"\r\n");
    private readonly StreamWriter _writer;
    private readonly int _columns;
    private readonly StringBuilder _row = new();

    /// <summary>Makes the file and its header.</summary>
    public CsvTable(string path, params IReadOnlyList<string> columns)
    {
        _writer = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\r\n" };
        _columns = columns.Count;
        _writer.WriteLine(string.Join(',', columns));
    }

    /// <summary>Writes a row: numbers in full precision with a point, true and false, times in UTC as ISO 8601, null as an empty cell.</summary>
    public Task WriteAsync(params IReadOnlyList<object?> values)
    {
        if (values.Count != _columns)
        {
            throw new ArgumentException($"The row has {values.Count} cells; the table has {_columns} columns.", nameof(values));
        }

        _row.Clear();
        for (var i = 0; i < values.Count; i++)
        {
            _row.Append(i == 0 ? "" : ",").Append(Cell(values[i]));
        }

        return _writer.WriteLineAsync(_row);
    }

    /// <summary>Writes what is buffered to the file.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => _writer.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    /// <summary>One cell.</summary>
    internal static string Cell(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        int or long or ulong => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        string text => Quoted(text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + text : text),
        _ => throw new ArgumentException($"A cell cannot hold a {value.GetType().Name}.", nameof(value)),
    };

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny(NeedsQuotes) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
