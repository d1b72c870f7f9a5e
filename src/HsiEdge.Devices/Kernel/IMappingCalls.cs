namespace HsiEdge.Devices.Kernel;

/// <summary>The kernel as adapters see it whose devices share memory with the process.</summary>
public interface IMappingCalls : ISystemCalls
{
    /// <summary>mmap(2), shared, for reading and writing.</summary>
    /// <param name="descriptor">An open file.</param>
    /// <param name="offset">Where the memory stands in the file, in bytes.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="address">Receives where it stands in the process.</param>
    /// <returns>0, or the negative error number.</returns>
    int Map(int descriptor, long offset, nuint length, out nint address);

    /// <summary>munmap(2).</summary>
    /// <param name="address">What <see cref="Map"/> gave.</param>
    /// <param name="length">The same length.</param>
    int Unmap(nint address, nuint length);
}
