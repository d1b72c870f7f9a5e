namespace HsiEdge.Devices.V4l2;

/// <summary>The frames that a driver gives.</summary>
/// <param name="Samples">Samples of a line.</param>
/// <param name="Lines">Lines.</param>
/// <param name="Code">Four-character code of the pixel format.</param>
/// <param name="LineStride">Bytes from line to line, padding included.</param>
/// <param name="ImageBytes">Bytes of a buffer.</param>
internal readonly record struct VideoFormat(int Samples, int Lines, uint Code, int LineStride, int ImageBytes)
{
    /// <summary>The code as people write it.</summary>
    public string CodeText
    {
        get
        {
            ReadOnlySpan<char> letters = [Letter(0), Letter(8), Letter(16), Letter(24)];
            return letters.TrimEnd().ToString();
        }
    }

    private char Letter(int shift) => (char)((Code >> shift) & 0x7F);
}

/// <summary>A buffer that driver and process share.</summary>
/// <param name="Address">Where it stands.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct VideoMemory(nint Address, nuint Length);

/// <summary>What the driver says of a filled buffer.</summary>
/// <param name="Index">Which.</param>
/// <param name="Bytes">Bytes that hold data.</param>
/// <param name="IsDamaged">Whether the driver warns of damaged data.</param>
/// <param name="Sequence">The driver's count of frames since the stream began, those lost included.</param>
/// <param name="TimestampNanoseconds">When, in ns on CLOCK_MONOTONIC; 0 where the driver uses another clock.</param>
internal readonly record struct FilledBuffer(int Index, int Bytes, bool IsDamaged, uint Sequence, ulong TimestampNanoseconds);
