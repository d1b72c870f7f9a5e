using System.Text;
using System.Text.Json;
using HsiEdge.Core;

namespace HsiEdge.Appliance.Configuration;

/// <summary>Reads a configuration file into settings, each with its line. Comments and trailing commas are allowed.</summary>
internal static class SettingsJson
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="BadInputException">It cannot be read, is no JSON object, or names a key twice.</exception>
    public static IReadOnlyList<Setting> Read(string path, ConfigurationLayer layer)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"Configuration file {path} cannot be read: {e.Message}", e);
        }

        var json = bytes.AsSpan();
        if (json.StartsWith(Encoding.UTF8.Preamble))
        {
            json = json[Encoding.UTF8.Preamble.Length..];
        }

        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return new FileReader(path, layer).ReadAll(ref reader, json);
        }
        catch (JsonException e)
        {
            throw new BadInputException(
                $"Configuration file {path} line {(e.LineNumber ?? 0) + 1} is not valid JSON: {FirstSentence(e.Message)} Correct the line, then run 'hsiedge validate'.", e);
        }
        catch (InvalidOperationException e)
        {
            // A text that is not UTF-8, or has half a character (\ud800): the reader finds it only when the text is asked for.
            throw new BadInputException($"Configuration file {path} holds a text that is none: {e.Message} Save the file as UTF-8, then run 'hsiedge validate'.", e);
        }
    }

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    private sealed class FileReader(string path, ConfigurationLayer layer)
    {
        private readonly List<Setting> _settings = [];

        public List<Setting> ReadAll(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new BadInputException($"Configuration file {path} holds {reader.TokenType}; expected a JSON object of sections in braces.");
            }

            ReadObject(ref reader, json, "");
            while (reader.Read())
            {
                // Reads to the end so that anything after the object is an error of the reader.
            }

            return _settings;
        }

        private void ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, string prefix)
        {
            var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                var line = LineOf(json, reader.TokenStartIndex);
                if (!seen.Add(name))
                {
                    throw new BadInputException($"Configuration file {path} line {line} names {prefix}{name} a second time; keep one of the two.");
                }

                reader.Read();
                if (prefix.Length == 0 && name == "$schema")
                {
                    reader.Skip();
                    continue;
                }

                ReadValue(ref reader, json, prefix + name, line);
            }
        }

        private void ReadValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, string key, int line)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    ReadObject(ref reader, json, key + ":");
                    break;
                case JsonTokenType.StartArray:
                    for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                    {
                        ReadValue(ref reader, json, $"{key}:{i}", LineOf(json, reader.TokenStartIndex));
                    }

                    break;
                case JsonTokenType.Null:
                    _settings.Add(new Setting(key, null, layer, $"{path} line {line}"));
                    break;
                case JsonTokenType.String:
                    _settings.Add(new Setting(key, reader.GetString(), layer, $"{path} line {line}"));
                    break;
                default:
                    _settings.Add(new Setting(key, Encoding.UTF8.GetString(reader.ValueSpan), layer, $"{path} line {line}"));
                    break;
            }
        }

        private static int LineOf(ReadOnlySpan<byte> json, long index) => 1 + json[..(int)index].Count((byte)'\n');
    }
}
