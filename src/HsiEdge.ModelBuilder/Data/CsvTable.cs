using System.Text;
using HsiEdge.Core;

namespace HsiEdge.ModelBuilder.Data;

/// <summary>A CSV file (comma, double quotes as in RFC 4180, UTF-8 with or without a byte order mark), all rows as long as the header.</summary>
public sealed class CsvTable
{
    private CsvTable(string file, string[] header, List<CsvRow> rows)
    {
        File = file;
        Header = header;
        Rows = rows;
    }

    /// <summary>Path, for messages.</summary>
    public string File { get; }

    /// <summary>Names of the columns, trimmed.</summary>
    public IReadOnlyList<string> Header { get; }

    /// <summary>Rows below the header; blank lines are skipped.</summary>
    public IReadOnlyList<CsvRow> Rows { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="file">Path.</param>
    /// <exception cref="BadInputException">Missing, empty, a row of another length, or an open quote.</exception>
    public static CsvTable Read(string file)
    {
        string text;
        try
        {
            text = System.IO.File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BadInputException($"{file}: cannot be read: {error.Message}", error);
        }

        string[]? header = null;
        var rows = new List<CsvRow>();
        foreach (var (line, fields) in Records(file, text))
        {
            if (header is null)
            {
                header = fields;
            }
            else if (fields.Length != header.Length)
            {
                throw new BadInputException($"{file}: line {line} has {fields.Length} columns; the header has {header.Length}.");
            }
            else
            {
                rows.Add(new CsvRow(line, fields));
            }
        }

        if (header is null || rows.Count == 0)
        {
            throw new BadInputException($"{file}: no rows found; expected a header row and at least one row below it.");
        }

        var twice = header.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? new CsvTable(file, header, rows)
            : throw new BadInputException($"{file}: the header names the column \"{twice.Key}\" {twice.Count()} times; expected different names.");
    }

    /// <summary>Position of a column, or −1.</summary>
    /// <param name="name">Its name.</param>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Header.Count; i++)
        {
            if (Header[i] == name)
            {
                return i;
            }
        }

        return -1;
    }

    private static IEnumerable<(int Line, string[] Fields)> Records(string file, string text)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var line = 1;
        var first = 1;
        var quoted = false;
        var any = false;
        for (var i = 0; i <= text.Length; i++)
        {
            var end = i == text.Length;
            var c = end ? '\n' : text[i];
            if (quoted && end)
            {
                throw new BadInputException($"{file}: the quote opened on line {first} is never closed.");
            }

            if (quoted)
            {
                line += c == '\n' ? 1 : 0;
                if (c != '"')
                {
                    field.Append(c);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    field.Append('"');
                    i++;
                }
                else
                {
                    quoted = false;
                }
            }
            else if (c == '"')
            {
                quoted = any = true;
            }
            else if (c == ',')
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
                any = true;
            }
            else if (c == '\n')
            {
                if (any || field.ToString().Trim().Length > 0)
                {
                    fields.Add(field.ToString().Trim());
                    yield return (first, fields.ToArray());
                }

                fields.Clear();
                field.Clear();
                any = false;
                first = ++line;
            }
            else
            {
                field.Append(c);
            }
        }
    }
}

/// <summary>One row of a table.</summary>
/// <param name="Line">Line in the file where it starts, 1-based.</param>
/// <param name="Fields">One a column, trimmed.</param>
public sealed record CsvRow(int Line, string[] Fields);
