namespace HsiEdge.Devices.GenICam;

/// <summary>
/// Numbers frames without a break. GigE Vision 1 counts them in 16 bits, 1…65,535 and then 1 again (zero is kept for test packets); GigE Vision 2 with extended ids
/// and USB3 Vision count in 64 bits. A frame that comes after a later one gets its own, smaller number; one that lost the packet with its number gets the one after the last.
/// </summary>
internal sealed class FrameNumbers
{
    private const long Cycle = ushort.MaxValue;
    private long _raw;
    private long _number;
    private bool _begun;
    private bool _wide;

    /// <summary>The number of a frame; a gap is frames lost.</summary>
    /// <param name="id">As the camera sent it.</param>
    public ulong Number(ulong id)
    {
        _wide |= id > (ulong)Cycle;
        if (_wide)
        {
            _number = (long)id;
            return id;
        }

        var raw = (long)id;
        if (!_begun)
        {
            (_begun, _number) = (true, raw);
        }
        else
        {
            var step = raw - _raw;
            _number += step < -Cycle / 2 ? step + Cycle : step > Cycle / 2 && _number > Cycle ? step - Cycle : step;
        }

        _raw = raw;
        return (ulong)_number;
    }

    /// <summary>
    /// The number of a frame whose own was lost with its first packet. Frames end in their order, so it follows the last one; where other frames were lost entirely
    /// before it, it stands for the first of them, and the next number shows the gap. Zero while no number is known.
    /// </summary>
    public ulong NumberWithout()
    {
        if (!_begun && !_wide)
        {
            return 0;
        }

        _raw = (_raw % Cycle) + 1;
        return (ulong)++_number;
    }

    /// <summary>The camera starts anew: its numbers may too.</summary>
    public void Restart() => (_begun, _wide) = (false, false);
}
