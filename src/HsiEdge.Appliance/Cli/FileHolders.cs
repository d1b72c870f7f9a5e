using System.Globalization;

namespace HsiEdge.Appliance.Cli;

/// <summary>Processes that have a file open, as far as this user may see them.</summary>
internal static class FileHolders
{
    /// <summary>Finds them.</summary>
    /// <param name="path">Absolute path.</param>
    public static IReadOnlyList<(int Id, string Name)> Of(string path)
    {
        var holders = new List<(int Id, string Name)>();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != Environment.ProcessId && Holds(process, path))
            {
                holders.Add((id, NameOf(process)));
            }
        }

        return holders;
    }

    private static bool Holds(string process, string path)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(d => File.ResolveLinkTarget(d, returnFinalTarget: false)?.FullName == path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or belongs to another user.
            return false;
        }
    }

    private static string NameOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "comm")).TrimEnd('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "ended meanwhile";
        }
    }
}
