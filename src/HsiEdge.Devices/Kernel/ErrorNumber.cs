using System.Runtime.InteropServices;

namespace HsiEdge.Devices.Kernel;

/// <summary>Error numbers of Linux that the adapters tell apart (asm-generic/errno-base.h and errno.h).</summary>
public static class ErrorNumber
{
    /// <summary>EPERM: not permitted.</summary>
    public const int NotPermitted = 1;

    /// <summary>ENOENT: no such file.</summary>
    public const int NoEntry = 2;

    /// <summary>EINTR: a signal came first.</summary>
    public const int Interrupted = 4;

    /// <summary>EIO: the device failed.</summary>
    public const int InputOutput = 5;

    /// <summary>ENXIO: no such device behind the file.</summary>
    public const int NoSuchDevice = 6;

    /// <summary>EBADF: the file is not open.</summary>
    public const int BadDescriptor = 9;

    /// <summary>EAGAIN: nothing there yet.</summary>
    public const int Again = 11;

    /// <summary>EACCES: no access.</summary>
    public const int AccessDenied = 13;

    /// <summary>EBUSY: in use.</summary>
    public const int Busy = 16;

    /// <summary>ENODEV: the device went away.</summary>
    public const int NoDevice = 19;

    /// <summary>EINVAL: wrong argument.</summary>
    public const int InvalidArgument = 22;

    /// <summary>ENOTTY: the device does not know the request.</summary>
    public const int NotATypewriter = 25;

    /// <summary>ERANGE: a value out of its range.</summary>
    public const int OutOfRange = 34;

    /// <summary>EOPNOTSUPP: not supported.</summary>
    public const int NotSupported = 95;

    /// <summary>ENOTSUPP: not supported, as some drivers say it.</summary>
    public const int KernelNotSupported = 524;

    /// <summary>What it means, for people.</summary>
    /// <param name="error">A positive error number.</param>
    public static string Text(int error) =>
        error == KernelNotSupported ? "Operation not supported by the driver (524)" : $"{Marshal.GetPInvokeErrorMessage(error)} ({error})";
}
