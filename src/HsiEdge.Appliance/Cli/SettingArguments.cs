namespace HsiEdge.Appliance.Cli;

/// <summary>
/// Takes <c>--Section:Key value</c> and <c>--Section:Key=value</c> out of a command line before it is parsed: any key of the configuration can be
/// given to any verb that reads it, and the rest is still parsed strictly.
/// </summary>
internal static class SettingArguments
{
    /// <summary>Splits a command line.</summary>
    /// <param name="arguments">All of it.</param>
    /// <returns>Words for the parser, and settings for the configuration, in order.</returns>
    public static (IReadOnlyList<string> Words, IReadOnlyList<string> Settings) Split(IReadOnlyList<string> arguments)
    {
        var (words, settings) = (new List<string>(), new List<string>());
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (!IsSetting(argument))
            {
                words.Add(argument);
                continue;
            }

            settings.Add(argument);
            if (!argument.Contains('=', StringComparison.Ordinal) && i + 1 < arguments.Count)
            {
                settings.Add(arguments[++i]);
            }
        }

        return (words, settings);
    }

    private static bool IsSetting(string argument)
    {
        var name = argument.Split('=', 2)[0];
        return name.Length > 3 && name.StartsWith("--", StringComparison.Ordinal) && char.IsAsciiLetterUpper(name[2]) && name.Contains(':', StringComparison.Ordinal);
    }
}
