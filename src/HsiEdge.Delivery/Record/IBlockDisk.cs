using HsiEdge.Core;

namespace HsiEdge.Delivery.Record;

/// <summary>A disk as the store uses it, with all that can change a file's content, name or length.</summary>
internal interface IBlockDisk
{
    /// <summary>Whether there is a file of this name.</summary>
    bool Exists(string path);

    /// <summary>Opens or makes a file for reading and writing.</summary>
    IBlockFile Open(string path);

    /// <summary>Renames a file; one of the new name is replaced. Durable only after <see cref="SyncFolder"/>.</summary>
    void Move(string from, string to);

    /// <summary>Removes a file if it is there.</summary>
    void Delete(string path);

    /// <summary>Makes a folder with those above it, where absent.</summary>
    void MakeFolder(string path);

    /// <summary>Makes creations, renames and removals in a folder durable.</summary>
    void SyncFolder(string path);
}

/// <summary>The operating system's.</summary>
internal sealed class LocalDisk : IBlockDisk
{
    /// <summary>The one of this process.</summary>
    public static LocalDisk Instance { get; } = new();

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public IBlockFile Open(string path) => DiskFile.OpenWritable(path);

    /// <inheritdoc/>
    public void Move(string from, string to) => File.Move(from, to, overwrite: true);

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public void MakeFolder(string path) => Directory.CreateDirectory(path);

    /// <inheritdoc/>
    public void SyncFolder(string path) => AtomicFile.SyncFolder(path);
}
