using System.Diagnostics.CodeAnalysis;
using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Acquire;

/// <summary>
/// Buffers for cubes in flight, with a ceiling in bytes. A rented cube owns its buffer until disposed; then the buffer comes back. The memory is handed out
/// as it is: whoever rents fills every value. A request beyond the ceiling is refused and counted, never queued: triggers can't wait.
/// Safe to call from several threads.
/// </summary>
public sealed class CubePool
{
    private readonly Lock _lock = new();
    private readonly Stack<ushort[]> _free = new();
    private long _rentedBytes;
    private long _freeBytes;
    private long _rentedCubes;
    private long _refusals;

    /// <summary>Makes an empty pool.</summary>
    /// <param name="ceilingBytes">Most bytes that rented and free buffers may take together, &gt; 0.</param>
    public CubePool(long ceilingBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ceilingBytes);
        CeilingBytes = ceilingBytes;
    }

    /// <summary>Most bytes that rented and free buffers may take together.</summary>
    public long CeilingBytes { get; }

    /// <summary>Bytes of cubes that are out.</summary>
    public long RentedBytes => Read(ref _rentedBytes);

    /// <summary>Bytes of buffers waiting for use.</summary>
    public long FreeBytes => Read(ref _freeBytes);

    /// <summary>Cubes that are out: 0 when nothing leaks and nothing is in flight.</summary>
    public long RentedCubes => Read(ref _rentedCubes);

    /// <summary>Requests refused since the start.</summary>
    public long Refusals => Read(ref _refusals);

    /// <summary>Rents a cube whose values are whatever the memory held.</summary>
    /// <param name="shape">Size.</param>
    /// <param name="interleave">Order of the values.</param>
    /// <param name="wavelengths">One centre a band.</param>
    /// <param name="saturationCounts">Counts at and above which a value is saturated.</param>
    /// <param name="cube">The cube; its <see cref="RawCube.Dispose"/> returns the buffer.</param>
    /// <returns>False when the ceiling would be passed; the refusal is counted.</returns>
    public bool TryRent(
        CubeShape shape, Interleave interleave, WavelengthAxis wavelengths, double saturationCounts, [NotNullWhen(true)] out RawCube? cube)
    {
        var buffer = TryTake(shape.ValueCount);
        if (buffer is null)
        {
            cube = null;
            return false;
        }

        try
        {
            cube = new RawCube(shape, interleave, wavelengths, buffer, saturationCounts, Return);
            return true;
        }
        catch
        {
            Return(buffer);
            throw;
        }
    }

    private ushort[]? TryTake(long values)
    {
        var bytes = values * sizeof(ushort);
        lock (_lock)
        {
            if (values > Array.MaxLength || _rentedBytes + bytes > CeilingBytes)
            {
                _refusals++;
                return null;
            }

            // Buffers of another size (the plan changed) make room for the new size.
            ushort[]? buffer = null;
            while (buffer is null && _free.TryPop(out var candidate))
            {
                _freeBytes -= Bytes(candidate);
                buffer = candidate.LongLength == values ? candidate : null;
            }

            buffer ??= GC.AllocateUninitializedArray<ushort>((int)values);
            _rentedBytes += bytes;
            _rentedCubes++;
            return buffer;
        }
    }

    private void Return(ushort[] buffer)
    {
        lock (_lock)
        {
            _rentedBytes -= Bytes(buffer);
            _rentedCubes--;
            if (_rentedBytes + _freeBytes + Bytes(buffer) <= CeilingBytes)
            {
                _free.Push(buffer);
                _freeBytes += Bytes(buffer);
            }
        }
    }

    private long Read(ref long value)
    {
        lock (_lock)
        {
            return value;
        }
    }

    private static long Bytes(ushort[] buffer) => buffer.LongLength * sizeof(ushort);
}
