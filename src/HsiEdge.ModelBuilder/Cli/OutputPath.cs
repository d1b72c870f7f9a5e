using HsiEdge.Core;

namespace HsiEdge.ModelBuilder.Cli;

/// <summary>Checks where a verb is to write, before it works for it.</summary>
internal static class OutputPath
{
    /// <summary>Requires that a file can be written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ending">What its name must end with.</param>
    /// <exception cref="BadInputException">Its folder does not exist, or the name is a folder's or ends otherwise.</exception>
    public static void Require(string path, string ending)
    {
        if (!path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
        {
            throw new BadInputException($"{path}: expected a file name that ends with {ending}.");
        }

        if (Directory.Exists(path))
        {
            throw new BadInputException($"{path} is a folder; expected a file name that ends with {ending}.");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
        {
            throw new BadInputException($"{path}: the folder {folder} does not exist; make it first.");
        }
    }
}
