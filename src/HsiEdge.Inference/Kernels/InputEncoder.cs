using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using HsiEdge.Core.Infer;

namespace HsiEdge.Inference.Kernels;

/// <summary>
/// Float values to 8-bit codes, q = clamp(round(x · (1/scale)) + zeroPoint, 0, 255), ties to even, in float32 arithmetic: the same on every
/// processor. A value within float32 rounding of a tie may fall to either neighbour of exact arithmetic. NaN gives some code, never a fault.
/// </summary>
public static class InputEncoder
{
    // Adding 1.5·2^23 leaves a float32 with its value rounded to an integer, ties to even, in the low mantissa bits.
    private const float Magic = 12_582_912f;

    /// <summary>Encodes values.</summary>
    /// <param name="values">Preprocessed values.</param>
    /// <param name="encoding">Scale and zero point.</param>
    /// <param name="codes">Receives one code a value; at least as long.</param>
    public static void Encode(ReadOnlySpan<float> values, InputEncoding encoding, Span<byte> codes)
    {
        ArgumentNullException.ThrowIfNull(encoding);
        if (codes.Length < values.Length)
        {
            throw new ArgumentException($"{codes.Length} codes for {values.Length} values.", nameof(codes));
        }

        var reciprocal = (float)(1.0 / encoding.Scale);
        ref var source = ref MemoryMarshal.GetReference(values);
        ref var target = ref MemoryMarshal.GetReference(codes);
        var done = Vector512.IsHardwareAccelerated
            ? Encode512(ref source, ref target, values.Length, reciprocal, encoding.ZeroPoint)
            : Encode128(ref source, ref target, values.Length, reciprocal, encoding.ZeroPoint);
        for (var i = done; i < values.Length; i++)
        {
            codes[i] = EncodeOne(values[i], reciprocal, encoding.ZeroPoint);
        }
    }

    private static byte EncodeOne(float value, float reciprocal, int zeroPoint)
    {
        var scaled = MathF.Min(MathF.Max(value * reciprocal, -zeroPoint), 255 - zeroPoint);
        return (byte)(BitConverter.SingleToInt32Bits(scaled + Magic) + zeroPoint);
    }

    private static int Encode512(ref float source, ref byte target, int length, float reciprocal, int zeroPoint)
    {
        var factor = Vector512.Create(reciprocal);
        var low = Vector512.Create((float)-zeroPoint);
        var high = Vector512.Create((float)(255 - zeroPoint));
        var offset = Vector512.Create(zeroPoint);
        var i = 0;
        for (; i <= length - 64; i += 64)
        {
            var a = Codes(Vector512.LoadUnsafe(ref source, (nuint)i), factor, low, high, offset);
            var b = Codes(Vector512.LoadUnsafe(ref source, (nuint)i + 16), factor, low, high, offset);
            var c = Codes(Vector512.LoadUnsafe(ref source, (nuint)i + 32), factor, low, high, offset);
            var d = Codes(Vector512.LoadUnsafe(ref source, (nuint)i + 48), factor, low, high, offset);
            Vector512.Narrow(Vector512.Narrow(a, b), Vector512.Narrow(c, d)).StoreUnsafe(ref target, (nuint)i);
        }

        return i;
    }

    private static int Encode128(ref float source, ref byte target, int length, float reciprocal, int zeroPoint)
    {
        var factor = Vector128.Create(reciprocal);
        var low = Vector128.Create((float)-zeroPoint);
        var high = Vector128.Create((float)(255 - zeroPoint));
        var offset = Vector128.Create(zeroPoint);
        var i = 0;
        for (; i <= length - 16; i += 16)
        {
            var a = Codes(Vector128.LoadUnsafe(ref source, (nuint)i), factor, low, high, offset);
            var b = Codes(Vector128.LoadUnsafe(ref source, (nuint)i + 4), factor, low, high, offset);
            var c = Codes(Vector128.LoadUnsafe(ref source, (nuint)i + 8), factor, low, high, offset);
            var d = Codes(Vector128.LoadUnsafe(ref source, (nuint)i + 12), factor, low, high, offset);
            Vector128.Narrow(Vector128.Narrow(a, b), Vector128.Narrow(c, d)).StoreUnsafe(ref target, (nuint)i);
        }

        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Codes(Vector512<float> values, Vector512<float> factor, Vector512<float> low, Vector512<float> high, Vector512<int> offset)
    {
        var clamped = Vector512.MinNative(Vector512.MaxNative(values * factor, low), high);
        return ((clamped + Vector512.Create(Magic)).AsInt32() + offset & Vector512.Create(255)).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Codes(Vector128<float> values, Vector128<float> factor, Vector128<float> low, Vector128<float> high, Vector128<int> offset)
    {
        var clamped = Vector128.MinNative(Vector128.MaxNative(values * factor, low), high);
        return ((clamped + Vector128.Create(Magic)).AsInt32() + offset & Vector128.Create(255)).AsUInt32();
    }
}
