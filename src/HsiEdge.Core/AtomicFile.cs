using System.ComponentModel;
using System.Runtime.InteropServices;

namespace HsiEdge.Core;

/// <summary>
/// Writes a file so that its name shows either nothing (or the old content) or all of the new content, also after a power cut:
/// temporary file in the same folder, fsync, rename, fsync of the folder.
/// </summary>
public static partial class AtomicFile
{
    /// <summary>Writes bytes.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="content">All of its content.</param>
    /// <exception cref="IOException">The disk is full or failed; nothing is left behind.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = TemporaryPathFor(path);
        try
        {
            using (var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                RandomAccess.Write(handle, content, 0);
                RandomAccess.FlushToDisk(handle);
            }

            Publish(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Writes what a caller puts into a stream.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="write">Receives a seekable stream; it is flushed and closed here.</param>
    /// <exception cref="IOException">The disk is full or failed; nothing is left behind.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var temporary = TemporaryPathFor(path);
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            Publish(temporary, path);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>A name beside <paramref name="path"/> that nobody else uses and that readers of the folder pass over (it ends in <c>.tmp</c>).</summary>
    /// <param name="path">The file to be written.</param>
    public static string TemporaryPathFor(string path) => $"{Path.GetFullPath(path)}.{Guid.NewGuid():N}.tmp";

    /// <summary>Gives a finished, synced temporary file its name and makes the name durable.</summary>
    /// <param name="temporaryPath">The temporary file, already synced.</param>
    /// <param name="path">Its final name in the same folder; an existing file is replaced.</param>
    public static void Publish(string temporaryPath, string path)
    {
        File.Move(temporaryPath, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Makes creations, renames and deletions in a folder durable (fsync of the folder; nothing to do on Windows).</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">The folder cannot be synced.</exception>
    public static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // O_RDONLY | O_CLOEXEC; a folder cannot be opened through System.IO.
        var descriptor = Native.Open(folder, OperatingSystem.IsLinux() ? 0x80000 : 0);
        if (descriptor < 0)
        {
            throw Failure(folder);
        }

        try
        {
            // EINVAL: this file system has no fsync of folders.
            const int Einval = 22;
            if (Native.Sync(descriptor) != 0 && Marshal.GetLastPInvokeError() != Einval)
            {
                throw Failure(folder);
            }
        }
        finally
        {
            _ = Native.Close(descriptor);
        }
    }

    private static IOException Failure(string folder)
    {
        var cause = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"The folder {folder} cannot be synced to disk: {cause.Message}.", cause);
    }

    private static partial class Native
    {
        [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int Sync(int descriptor);

        [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int Close(int descriptor);
    }
}
