using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace HsiEdge.Delivery.Record;

/// <summary>A file made by root in a folder of another user belongs to that user: a verb run with sudo must not lock the service out.</summary>
internal static partial class FileOwner
{
    private const int CurrentFolder = -100;
    private const uint OwnerAndGroup = 0x18;
    private const int StatusLength = 256;
    private const int UserOffset = 20;
    private const int GroupOffset = 24;

    /// <summary>Gives a file the owner and group of its folder; does nothing where this process is not root.</summary>
    /// <param name="path">Absolute path.</param>
    /// <exception cref="IOException">The owner cannot be read or set.</exception>
    public static void FollowFolder(string path)
    {
        if (!Environment.IsPrivilegedProcess || !File.Exists(path))
        {
            return;
        }

        Span<byte> status = stackalloc byte[StatusLength];
        if (Statx(CurrentFolder, Path.GetDirectoryName(path)!, 0, OwnerAndGroup, status) != 0
            || Chown(path, BinaryPrimitives.ReadUInt32LittleEndian(status[UserOffset..]), BinaryPrimitives.ReadUInt32LittleEndian(status[GroupOffset..])) != 0)
        {
            throw new IOException($"{path}: its owner cannot be set to its folder's: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Chown(string path, uint user, uint group);
}
