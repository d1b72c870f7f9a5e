using System.Runtime.InteropServices;

namespace HsiEdge.Devices.Gpio;

/// <summary>The kernel's real-time calls for the calling thread. Each returns 0, or the error number.</summary>
internal static partial class RealTime
{
    private const int Monotonic = 1;
    private const int AbsoluteTime = 1;
    private const int Fifo = 1;
    private const int CurrentAndFuture = 3;
    private const int MaskBytes = 128;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Sleeps until a moment of CLOCK_MONOTONIC; a signal may end the sleep early.</summary>
    /// <param name="nanoseconds">The moment in ns.</param>
    public static void SleepUntil(long nanoseconds)
    {
        var until = new Timespec { Seconds = nanoseconds / NanosecondsPerSecond, Nanoseconds = nanoseconds % NanosecondsPerSecond };
        _ = ClockNanosleep(Monotonic, AbsoluteTime, in until, 0);
    }

    /// <summary>Makes the calling thread a real-time one (SCHED_FIFO).</summary>
    /// <param name="priority">1…99.</param>
    public static int UseFifo(int priority)
    {
        var parameters = new SchedulingParameters { Priority = priority };
        return SetScheduler(0, Fifo, in parameters) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Binds the calling thread to one CPU.</summary>
    /// <param name="cpu">Its number.</param>
    public static int BindTo(int cpu)
    {
        Span<byte> mask = stackalloc byte[MaskBytes];
        mask.Clear();
        if (cpu >= MaskBytes * 8)
        {
            return InvalidArgument;
        }

        mask[cpu / 8] = (byte)(1 << (cpu % 8));
        return SetAffinity(0, MaskBytes, mask) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Keeps all memory of the process in RAM.</summary>
    public static int LockMemory() => LockAll(CurrentAndFuture) == 0 ? 0 : Marshal.GetLastPInvokeError();

    private const int InvalidArgument = 22;

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int ClockNanosleep(int clock, int flags, in Timespec request, nint remain);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int thread, int policy, in SchedulingParameters parameters);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nuint size, ReadOnlySpan<byte> mask);

    [LibraryImport("libc", EntryPoint = "mlockall", SetLastError = true)]
    private static partial int LockAll(int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct SchedulingParameters
    {
        public int Priority;
    }
}
