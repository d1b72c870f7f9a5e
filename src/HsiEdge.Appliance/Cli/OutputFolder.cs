using HsiEdge.Core;

namespace HsiEdge.Appliance.Cli;

/// <summary>
/// A folder that appears with all its files or not at all: everything is written into a folder beside it, which takes its name at the end.
/// Disposing it before <see cref="Commit"/> leaves nothing behind.
/// </summary>
internal sealed class OutputFolder : IDisposable
{
    private readonly string _target;
    private bool _committed;

    private OutputFolder(string target, string temporary)
    {
        _target = target;
        Path = temporary;
    }

    /// <summary>Where to write the files.</summary>
    public string Path { get; }

    /// <summary>Makes sure, before any work, that the folder can come into being.</summary>
    /// <param name="path">Value of <c>--out</c>.</param>
    /// <param name="replace">Value of <c>--force</c>: an existing folder is replaced, if it holds nothing but an earlier output.</param>
    /// <param name="isOwn">Whether a file or folder name is one that this verb writes.</param>
    /// <exception cref="BadInputException">The name is taken.</exception>
    /// <exception cref="IOException">The folder above cannot be written.</exception>
    public static OutputFolder Open(string path, bool replace, Func<string, bool> isOwn)
    {
        var target = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (File.Exists(target))
        {
            throw new BadInputException($"--out {path} is a file; expected a folder that does not exist yet or is empty.");
        }

        if (Directory.Exists(target))
        {
            var others = Directory.EnumerateFileSystemEntries(target).Select(e => System.IO.Path.GetFileName(e)).ToList();
            if (others.Count > 0 && !replace)
            {
                throw new BadInputException($"--out {path} is not empty ({others[0]}). Name another folder, or give --force to replace an earlier output there.");
            }

            if (others.Find(name => !isOwn(name)) is { } foreign)
            {
                throw new BadInputException($"--out {path} holds {foreign}, which is no output of this verb; --force replaces only what this verb wrote. Name another folder.");
            }
        }

        try
        {
            var above = System.IO.Path.GetDirectoryName(target) ?? target;
            Directory.CreateDirectory(above);
            var temporary = System.IO.Path.Combine(above, $".{System.IO.Path.GetFileName(target)}.{Guid.NewGuid():N}.partial");
            Directory.CreateDirectory(temporary);
            return new OutputFolder(target, temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--out {path} cannot be written: {e.Message} Name a folder in a place that this user may write.", e);
        }
    }

    /// <summary>Path of a file in the folder, for writing.</summary>
    /// <param name="name">File name.</param>
    public string FilePath(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Gives the folder its name.</summary>
    public void Commit()
    {
        var old = Path + ".old";
        var replaces = Directory.Exists(_target);
        if (replaces)
        {
            Directory.Move(_target, old);
        }

        try
        {
            Directory.Move(Path, _target);
            _committed = true;
        }
        catch when (replaces)
        {
            Directory.Move(old, _target);
            throw;
        }

        if (replaces)
        {
            Directory.Delete(old, recursive: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_committed && Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
