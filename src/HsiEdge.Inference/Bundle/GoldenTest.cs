using HsiEdge.Core;
using HsiEdge.Core.Infer;
using HsiEdge.Inference.Kernels;
using HsiEdge.Inference.Onnx;
using HsiEdge.Inference.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace HsiEdge.Inference.Bundle;

/// <summary>The self-test of a bundle: the model must make of its golden input, on this processor, what it made where it was packed.</summary>
internal static class GoldenTest
{
    /// <summary>Largest accepted difference of any class probability.</summary>
    public const double Tolerance = 1e-3;

    /// <summary>Most golden pixels.</summary>
    public const int MaximumPixels = 65_536;

    /// <summary>Runs it.</summary>
    /// <returns>What was found, for the report.</returns>
    /// <exception cref="BadInputException">The pair does not fit the model, or the results differ.</exception>
    public static string Run(PixelSession session, InputEncoding encoding, byte[] input, byte[] output, string path)
    {
        var contract = session.Contract;
        var (codes, pixels) = ReadInput(input, contract, path);
        var expected = ReadExpected(output, contract, pixels, path);
        var actual = new float[pixels * contract.Classes];
        float difference;
        try
        {
            using var classifier = session.CreateClassifier(encoding, pixels);
            classifier.ClassifyCodes(codes, pixels, actual);
            difference = Compare(expected, actual, contract.Classes, reversed: false, path);

            // A per-pixel model gives each pixel the same answer wherever it stands.
            Reverse(codes, contract.Bands);
            classifier.ClassifyCodes(codes, pixels, actual);
            _ = Compare(expected, actual, contract.Classes, reversed: true, path);
        }
        catch (OnnxRuntimeException exception)
        {
            // Shapes that fit one by one and not one another are found only when the model runs.
            throw new BadInputException($"{path}: self-test failed: ONNX Runtime cannot run the model: {exception.Message} Export it again.", exception);
        }

        return $"{pixels} golden pixels: every class as expected, largest probability difference {difference:0.######}";
    }

    private static (byte[] Codes, int Pixels) ReadInput(byte[] bytes, PixelContract contract, string path)
    {
        var tensor = Parse(bytes, BundleEntries.GoldenInput, path);
        if (TensorCodec.ElementType(tensor) != TensorProto.Types.DataType.Uint8 || tensor.Dims.Count != 4 || tensor.Dims[0] != 1 || tensor.Dims[3] != contract.Bands)
        {
            throw new BadInputException(
                $"{path}: {BundleEntries.GoldenInput} is {TensorCodec.ElementType(tensor)} [{string.Join(", ", tensor.Dims)}]; expected Uint8 [1, H, W, {contract.Bands}].");
        }

        var codes = Read<byte>(tensor, BundleEntries.GoldenInput, path);
        var pixels = codes.Length / contract.Bands;
        return pixels is > 0 and <= MaximumPixels
            ? (codes, pixels)
            : throw new BadInputException($"{path}: {BundleEntries.GoldenInput} holds {pixels} pixels; expected 1 to {MaximumPixels}.");
    }

    private static float[] ReadExpected(byte[] bytes, PixelContract contract, int pixels, string path)
    {
        var tensor = Parse(bytes, BundleEntries.GoldenOutput, path);
        var type = contract.OutputScale is null ? TensorProto.Types.DataType.Float : TensorProto.Types.DataType.Uint8;
        if (TensorCodec.ElementType(tensor) != type || tensor.Dims.Count != 4 || tensor.Dims[3] != contract.Classes
            || TensorCodec.ElementCount(tensor.Dims) != pixels * contract.Classes)
        {
            throw new BadInputException(
                $"{path}: {BundleEntries.GoldenOutput} is {TensorCodec.ElementType(tensor)} [{string.Join(", ", tensor.Dims)}]; "
                + $"expected {type} [1, H, W, {contract.Classes}] for {pixels} pixels.");
        }

        var expected = new float[pixels * contract.Classes];
        if (contract.OutputScale is { } scale)
        {
            Softmax.FromCodes(Read<byte>(tensor, BundleEntries.GoldenOutput, path), contract.Classes, Softmax.ExponentialTable(scale), expected);
        }
        else
        {
            Softmax.FromLogits(Read<float>(tensor, BundleEntries.GoldenOutput, path), contract.Classes, expected);
        }

        return expected;
    }

    private static float Compare(float[] expected, float[] actual, int classes, bool reversed, string path)
    {
        var pixels = expected.Length / classes;
        var largest = 0f;
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var wanted = expected.AsSpan(pixel * classes, classes);
            var found = actual.AsSpan((reversed ? pixels - 1 - pixel : pixel) * classes, classes);
            for (var c = 0; c < classes; c++)
            {
                var difference = MathF.Abs(wanted[c] - found[c]);
                largest = MathF.Max(largest, float.IsNaN(difference) ? float.PositiveInfinity : difference);
            }

            if (largest > Tolerance || ArgMax(wanted) != ArgMax(found))
            {
                throw new BadInputException(
                    $"{path}: self-test failed at golden pixel {pixel}: class {ArgMax(found) + 1}, expected {ArgMax(wanted) + 1}; probability differs by {largest:0.####} "
                    + (reversed
                        ? "when the pixels stand in another order: the model mixes pixels, but a per-pixel model is expected."
                        : $"(at most {Tolerance}). The model does not compute here what it computed where it was packed; do not use it on this machine."));
            }
        }

        return largest;
    }

    private static int ArgMax(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }

    private static void Reverse(byte[] codes, int bands)
    {
        Array.Reverse(codes);
        for (var start = 0; start < codes.Length; start += bands)
        {
            Array.Reverse(codes, start, bands);
        }
    }

    private static TensorProto Parse(byte[] bytes, string entry, string path)
    {
        try
        {
            return TensorProto.Parser.ParseFrom(bytes);
        }
        catch (Google.Protobuf.InvalidProtocolBufferException exception)
        {
            throw new BadInputException($"{path}: {entry} is not a tensor: {exception.Message}", exception);
        }
    }

    private static T[] Read<T>(TensorProto tensor, string entry, string path)
        where T : unmanaged
    {
        try
        {
            return TensorCodec.ToArray<T>(tensor);
        }
        catch (BadInputException exception)
        {
            throw new BadInputException($"{path}: {entry}: {exception.Message}", exception);
        }
    }
}
