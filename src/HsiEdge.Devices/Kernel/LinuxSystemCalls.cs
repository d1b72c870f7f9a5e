using System.Globalization;
using System.Runtime.InteropServices;

namespace HsiEdge.Devices.Kernel;

/// <summary>The real kernel, through libc.</summary>
public sealed partial class LinuxSystemCalls : IMappingCalls
{
    private const int ReadWrite = 0x2;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int ReadableAndWritable = 0x3;
    private const int Shared = 0x1;
    private const int MostPolled = 64;
    private const short PollIn = 1;

    private LinuxSystemCalls()
    {
    }

    /// <summary>The only one.</summary>
    public static LinuxSystemCalls Instance { get; } = new();

    /// <inheritdoc/>
    public IReadOnlyList<string> Devices(string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        var folder = Path.GetDirectoryName(prefix)!;
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFileSystemEntries(folder, Path.GetFileName(prefix) + "*").Select(p => (Path: p, Number: NumberOf(p, prefix))).Where(p => p.Number >= 0).OrderBy(p => p.Number).Select(p => p.Path)]
            : [];
    }

    /// <inheritdoc/>
    public int Open(string path) => Result(OpenFile(path, ReadWrite | NonBlocking | CloseOnExec));

    /// <inheritdoc/>
    public int Close(int descriptor) => Result(CloseFile(descriptor));

    /// <inheritdoc/>
    public int Ioctl(int descriptor, uint request, Span<byte> argument) => Result(Control(descriptor, request, argument));

    /// <inheritdoc/>
    public int Read(int descriptor, Span<byte> buffer) => Result((int)ReadFile(descriptor, buffer, (nuint)buffer.Length));

    /// <inheritdoc/>
    public int Poll(ReadOnlySpan<int> descriptors, Span<PollEvents> events, int timeoutMilliseconds)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, MostPolled);
        Span<PollDescriptor> polled = stackalloc PollDescriptor[descriptors.Length];
        for (var i = 0; i < descriptors.Length; i++)
        {
            polled[i] = new PollDescriptor { Descriptor = descriptors[i], Asked = PollIn };
        }

        var result = Result(PollFiles(polled, (nuint)polled.Length, timeoutMilliseconds));
        for (var i = 0; i < polled.Length; i++)
        {
            events[i] = (PollEvents)polled[i].Happened;
        }

        return result;
    }

    /// <inheritdoc/>
    public int Map(int descriptor, long offset, nuint length, out nint address)
    {
        address = MapMemory(0, length, ReadableAndWritable, Shared, descriptor, (nint)offset);
        return address == -1 ? -Marshal.GetLastPInvokeError() : 0;
    }

    /// <inheritdoc/>
    public int Unmap(nint address, nuint length) => Result(UnmapMemory(address, length));

    private static int NumberOf(string path, string prefix) =>
        int.TryParse(path.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static int Result(int returned) => returned >= 0 ? returned : -Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseFile(int descriptor);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(int descriptor, nuint request, Span<byte> argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(int descriptor, Span<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollFiles(Span<PollDescriptor> descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint MapMemory(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int UnmapMemory(nint address, nuint length);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Asked;
        public short Happened;
    }
}
