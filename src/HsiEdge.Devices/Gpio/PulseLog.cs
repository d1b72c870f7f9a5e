using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.Gpio;

/// <summary>What the pulse thread logs (event ids 1200–1209).</summary>
internal static partial class PulseLog
{
    [LoggerMessage(1201, LogLevel.Warning, "Pulses run without real-time priority {Priority}: {Reason}. Grant it with LimitRTPRIO= in the unit (RLIMIT_RTPRIO) or CAP_SYS_NICE, or set Board:PulsePriority to 0")]
    public static partial void NotRealTime(ILogger logger, int priority, string reason);

    [LoggerMessage(1202, LogLevel.Warning, "The pulse thread is not bound to CPU {Cpu}: {Reason}. Set Board:PulseCpu to a CPU this process may use, or -1")]
    public static partial void NotBound(ILogger logger, int cpu, string reason);

    [LoggerMessage(1203, LogLevel.Warning, "The memory is not locked: {Reason}. Grant it with LimitMEMLOCK=infinity in the unit (RLIMIT_MEMLOCK), or set Board:LockMemory to false")]
    public static partial void NotLocked(ILogger logger, string reason);
}
