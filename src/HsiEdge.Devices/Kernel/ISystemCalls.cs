namespace HsiEdge.Devices.Kernel;

/// <summary>The kernel as the device adapters see it. Every call returns what Linux returns, with a failure as the negative error number (<see cref="ErrorNumber"/>).</summary>
public interface ISystemCalls
{
    /// <summary>Device files whose path begins so, such as "/dev/gpiochip", in order of their number.</summary>
    /// <param name="prefix">Beginning of the path.</param>
    IReadOnlyList<string> Devices(string prefix);

    /// <summary>open(2) for reading and writing, close-on-exec and non-blocking.</summary>
    /// <param name="path">The device.</param>
    int Open(string path);

    /// <summary>close(2).</summary>
    /// <param name="descriptor">An open file.</param>
    int Close(int descriptor);

    /// <summary>ioctl(2) with a structure that the kernel reads and writes.</summary>
    /// <param name="descriptor">An open file.</param>
    /// <param name="request">Request number; it holds the size of the structure.</param>
    /// <param name="argument">The structure's bytes.</param>
    int Ioctl(int descriptor, uint request, Span<byte> argument);

    /// <summary>read(2).</summary>
    /// <param name="descriptor">An open file.</param>
    /// <param name="buffer">Filled from its beginning.</param>
    int Read(int descriptor, Span<byte> buffer);

    /// <summary>poll(2) for input (POLLIN).</summary>
    /// <param name="descriptors">Open files.</param>
    /// <param name="events">Receives what happened to each: <see cref="PollEvents"/>.</param>
    /// <param name="timeoutMilliseconds">Longest wait in ms.</param>
    /// <returns>Number of files with events; 0 after the time is over.</returns>
    int Poll(ReadOnlySpan<int> descriptors, Span<PollEvents> events, int timeoutMilliseconds);
}
