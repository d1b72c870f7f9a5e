using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace HsiEdge.Testing;

/// <summary>
/// A real serial line of the kernel: the program under test opens <see cref="Path"/>, the test is the device at the other end. Closing it is the plug
/// pulled; <see cref="Link"/> keeps one name over several.
/// </summary>
public sealed partial class PseudoTerminal : IDisposable
{
    private const int ReadWriteNoControl = 0x2 | 0x100;
    private const int Again = 11;
    private readonly SafeFileHandle _master;

    private PseudoTerminal(SafeFileHandle master, string path)
    {
        _master = master;
        Path = path;
    }

    public string Path { get; }

    public static PseudoTerminal Open()
    {
        var descriptor = posix_openpt(ReadWriteNoControl);
        var name = new byte[128];
        if (descriptor < 0 || grantpt(descriptor) != 0 || unlockpt(descriptor) != 0 || ptsname_r(descriptor, name, (nuint)name.Length) != 0)
        {
            throw new IOException("No pseudo terminal: " + Marshal.GetLastPInvokeErrorMessage());
        }

        return new PseudoTerminal(new SafeFileHandle(descriptor, ownsHandle: true), Encoding.ASCII.GetString(name, 0, Array.IndexOf(name, (byte)0)));
    }

    /// <summary>Makes the terminal reachable under a name of the test's, in place of what had it before.</summary>
    public void Link(string path)
    {
        File.Delete(path);
        File.CreateSymbolicLink(path, Path);
    }

    /// <summary>What the program sent, at least a byte; empty while nobody has the line open and in raw mode.</summary>
    public string Read()
    {
        var buffer = new byte[1024];
        var count = read((int)_master.DangerousGetHandle(), buffer, (nuint)buffer.Length);
        return count <= 0 ? "" : Encoding.Latin1.GetString(buffer, 0, (int)count);
    }

    public bool WaitForInput(int milliseconds)
    {
        var wanted = new PollDescriptor { Descriptor = (int)_master.DangerousGetHandle(), Events = 1 };
        return poll(ref wanted, 1, milliseconds) > 0 && (wanted.Returned & 1) != 0;
    }

    public void Write(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        for (var sent = 0; sent < bytes.Length;)
        {
            var count = write((int)_master.DangerousGetHandle(), bytes.AsSpan(sent).ToArray(), (nuint)(bytes.Length - sent));
            if (count < 0 && Marshal.GetLastPInvokeError() != Again)
            {
                throw new IOException("The line is closed: " + Marshal.GetLastPInvokeErrorMessage());
            }

            sent += Math.Max((int)count, 0);
        }
    }

    public void Dispose() => _master.Dispose();

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int posix_openpt(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int grantpt(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlockpt(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ptsname_r(int descriptor, [Out] byte[] buffer, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, [Out] byte[] buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, byte[] buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(ref PollDescriptor descriptors, nuint count, int timeout);
}
