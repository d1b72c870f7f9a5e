namespace HsiEdge.Core.Envi;

/// <summary>A class image read whole: lines × samples, sample fastest, one byte a pixel; 0 = unclassified or no data.</summary>
public sealed class EnviClassification
{
    private EnviClassification(EnviHeader header, byte[] values, IReadOnlyList<string> warnings)
    {
        Header = header;
        Values = values;
        Warnings = warnings;
    }

    /// <summary>The header.</summary>
    public EnviHeader Header { get; }

    /// <summary>Lines (rows).</summary>
    public int Lines => Header.Lines;

    /// <summary>Samples (columns).</summary>
    public int Samples => Header.Samples;

    /// <summary>lines × samples class values. Pixels equal to the data ignore value are 0.</summary>
    public byte[] Values { get; }

    /// <summary>Names, index = class; null where the header has none.</summary>
    public IReadOnlyList<string>? Names => Header.ClassNames;

    /// <summary>Colours <c>#RRGGBB</c>, index = class; null where the header has none.</summary>
    public IReadOnlyList<string>? Colours => Header.ClassLookup;

    /// <summary>What was passed over, defaulted or guessed: one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads a class image of any data type whose values are whole numbers from 0 to 255.</summary>
    /// <param name="headerPath">The header; <c>file type</c> may also be another than ENVI Classification.</param>
    /// <param name="dataPath">The data file; null finds it beside the header.</param>
    /// <exception cref="BadInputException">As <see cref="EnviImage.Open"/>, more than one band, or a value that is no class.</exception>
    public static EnviClassification Read(string headerPath, string? dataPath = null)
    {
        using var image = EnviImage.Open(headerPath, dataPath);
        var header = image.Header;
        if (header.Bands != 1)
        {
            throw new BadInputException($"{headerPath} has {header.Bands} bands; a class image has one. Give the labels' header, not the cube's.");
        }

        if (header.ClassNames is { Length: > 256 })
        {
            throw new BadInputException($"{headerPath} names {header.ClassNames.Length} classes; a class image has at most 256, numbered 0…255. Join classes.");
        }

        if (header.Shape.PixelCount > Array.MaxLength)
        {
            throw new BadInputException($"{headerPath} has {header.Shape.PixelCount} pixels; a class image of at most {Array.MaxLength} can be read.");
        }

        var values = new byte[header.Shape.PixelCount];
        var names = header.ClassNames?.Length;
        Span<double> buffer = stackalloc double[4096];
        for (var pixel = 0; pixel < values.Length; pixel += buffer.Length)
        {
            var count = Math.Min(buffer.Length, values.Length - pixel);
            image.ReadPixels(pixel, count, buffer);
            for (var i = 0; i < count; i++)
            {
                values[pixel + i] = ToClass(buffer[i], names, pixel + i, header);
            }
        }

        return new EnviClassification(header, values, image.Warnings);
    }

    private static byte ToClass(double value, int? names, int pixel, EnviHeader header)
    {
        if (double.IsNaN(value))
        {
            return 0;
        }

        if (value is < 0 or > 255 || value != Math.Floor(value) || value >= names)
        {
            var expected = names is { } count ? $"0…{count - 1} (it has {count} class names)" : "whole numbers 0…255";
            throw new BadInputException($"{header.Name}: line {pixel / header.Samples}, sample {pixel % header.Samples} holds {value}, which is no class; expected {expected}.");
        }

        return (byte)value;
    }
}
