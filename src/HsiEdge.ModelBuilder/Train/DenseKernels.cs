using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>
/// The trainer's inner loops. Vectors are 256 bits wide on every machine and products are added without fusing, so that the order and the
/// rounding of every sum are the same whatever the processor offers.
/// </summary>
internal static class DenseKernels
{
    /// <summary>output = input · W + b for some rows, with ReLU where asked.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">rows × inputStride.</param>
    /// <param name="inputStride">Distance between rows of the input.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="output">Receives rows × stride.</param>
    /// <param name="relu">Whether negative sums become 0.</param>
    public static void Forward(LayerParameters layer, ReadOnlySpan<float> input, int inputStride, int rows, Span<float> output, bool relu)
    {
        var stride = layer.Stride;
        ref var weights = ref MemoryMarshal.GetArrayDataReference(layer.Weights);
        ref var bias = ref MemoryMarshal.GetArrayDataReference(layer.Bias);
        for (var row = 0; row < rows; row++)
        {
            var x = input.Slice(row * inputStride, layer.Inputs);
            ref var y = ref MemoryMarshal.GetReference(output.Slice(row * stride, stride));
            var o = 0;
            for (; o + 32 <= stride; o += 32)
            {
                ForwardBlock32(x, ref weights, ref bias, ref y, stride, o, relu);
            }

            for (; o < stride; o += LayerParameters.Lanes)
            {
                var sum = Vector256.LoadUnsafe(ref bias, (nuint)o);
                for (var i = 0; i < x.Length; i++)
                {
                    sum += Vector256.Create(x[i]) * Vector256.LoadUnsafe(ref weights, (nuint)((i * stride) + o));
                }

                (relu ? Vector256.Max(sum, Vector256<float>.Zero) : sum).StoreUnsafe(ref y, (nuint)o);
            }
        }
    }

    /// <summary>Adds inputᵀ · delta to the weights' gradient and the sum of delta to the bias's.</summary>
    /// <param name="gradient">Gradient of the layer.</param>
    /// <param name="input">rows × inputStride.</param>
    /// <param name="inputStride">Distance between rows of the input.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="delta">rows × stride: gradient at the layer's output before ReLU.</param>
    public static void AddGradient(LayerParameters gradient, ReadOnlySpan<float> input, int inputStride, int rows, ReadOnlySpan<float> delta)
    {
        var stride = gradient.Stride;
        ref var weights = ref MemoryMarshal.GetArrayDataReference(gradient.Weights);
        ref var bias = ref MemoryMarshal.GetArrayDataReference(gradient.Bias);
        for (var row = 0; row < rows; row++)
        {
            var x = input.Slice(row * inputStride, gradient.Inputs);
            ref var d = ref MemoryMarshal.GetReference(delta.Slice(row * stride, stride));
            for (var o = 0; o < stride; o += LayerParameters.Lanes)
            {
                (Vector256.LoadUnsafe(ref bias, (nuint)o) + Vector256.LoadUnsafe(ref d, (nuint)o)).StoreUnsafe(ref bias, (nuint)o);
            }

            for (var i = 0; i < x.Length; i++)
            {
                var value = Vector256.Create(x[i]);
                for (var o = 0; o < stride; o += LayerParameters.Lanes)
                {
                    var at = (nuint)((i * stride) + o);
                    (Vector256.LoadUnsafe(ref weights, at) + (value * Vector256.LoadUnsafe(ref d, (nuint)o))).StoreUnsafe(ref weights, at);
                }
            }
        }
    }

    /// <summary>inputDelta = delta · Wᵀ where the input was above 0 (it is a ReLU's output), else 0.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="delta">rows × stride.</param>
    /// <param name="input">rows × inputStride: the layer's input.</param>
    /// <param name="inputStride">Distance between rows of the input and of its delta.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="inputDelta">Receives rows × inputStride; padding is set to 0.</param>
    public static void Backward(
        LayerParameters layer, ReadOnlySpan<float> delta, ReadOnlySpan<float> input, int inputStride, int rows, Span<float> inputDelta)
    {
        var stride = layer.Stride;
        ref var weights = ref MemoryMarshal.GetArrayDataReference(layer.Weights);
        for (var row = 0; row < rows; row++)
        {
            var x = input.Slice(row * inputStride, inputStride);
            var dx = inputDelta.Slice(row * inputStride, inputStride);
            dx[layer.Inputs..].Clear();
            ref var d = ref MemoryMarshal.GetReference(delta.Slice(row * stride, stride));
            for (var i = 0; i < layer.Inputs; i++)
            {
                var sum = Vector256<float>.Zero;
                for (var o = 0; x[i] > 0 && o < stride; o += LayerParameters.Lanes)
                {
                    sum += Vector256.LoadUnsafe(ref weights, (nuint)((i * stride) + o)) * Vector256.LoadUnsafe(ref d, (nuint)o);
                }

                dx[i] = HorizontalSum(sum);
            }
        }
    }

    /// <summary>to += from.</summary>
    public static void Add(float[] to, float[] from)
    {
        ref var a = ref MemoryMarshal.GetArrayDataReference(to);
        ref var b = ref MemoryMarshal.GetArrayDataReference(from);
        for (var i = 0; i < to.Length; i += LayerParameters.Lanes)
        {
            (Vector256.LoadUnsafe(ref a, (nuint)i) + Vector256.LoadUnsafe(ref b, (nuint)i)).StoreUnsafe(ref a, (nuint)i);
        }
    }

    private static void ForwardBlock32(ReadOnlySpan<float> x, ref float weights, ref float bias, ref float y, int stride, int o, bool relu)
    {
        var sum0 = Vector256.LoadUnsafe(ref bias, (nuint)o);
        var sum1 = Vector256.LoadUnsafe(ref bias, (nuint)(o + 8));
        var sum2 = Vector256.LoadUnsafe(ref bias, (nuint)(o + 16));
        var sum3 = Vector256.LoadUnsafe(ref bias, (nuint)(o + 24));
        for (var i = 0; i < x.Length; i++)
        {
            var value = Vector256.Create(x[i]);
            var at = (nuint)((i * stride) + o);
            sum0 += value * Vector256.LoadUnsafe(ref weights, at);
            sum1 += value * Vector256.LoadUnsafe(ref weights, at + 8);
            sum2 += value * Vector256.LoadUnsafe(ref weights, at + 16);
            sum3 += value * Vector256.LoadUnsafe(ref weights, at + 24);
        }

        var floor = relu ? Vector256<float>.Zero : Vector256.Create(float.NegativeInfinity);
        Vector256.Max(sum0, floor).StoreUnsafe(ref y, (nuint)o);
        Vector256.Max(sum1, floor).StoreUnsafe(ref y, (nuint)(o + 8));
        Vector256.Max(sum2, floor).StoreUnsafe(ref y, (nuint)(o + 16));
        Vector256.Max(sum3, floor).StoreUnsafe(ref y, (nuint)(o + 24));
    }

    // The order of Vector256.Sum's additions is the runtime's to choose; here it is fixed.
    private static float HorizontalSum(Vector256<float> v)
    {
        var half = v.GetLower() + v.GetUpper();
        return (half[0] + half[2]) + (half[1] + half[3]);
    }
}
