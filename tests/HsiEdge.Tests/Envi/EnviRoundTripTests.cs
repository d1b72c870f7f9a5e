using System.Numerics;
using CsCheck;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Envi;

/// <summary>What is written is read again, bit for bit: every type × interleave × byte order, any shape, any run of pixels.</summary>
public sealed class EnviRoundTripTests
{
    public static TheoryData<EnviDataType, Interleave, EnviByteOrder> Combinations()
    {
        var rows = new TheoryData<EnviDataType, Interleave, EnviByteOrder>();
        foreach (var type in Enum.GetValues<EnviDataType>())
        {
            foreach (var interleave in Enum.GetValues<Interleave>())
            {
                foreach (var order in Enum.GetValues<EnviByteOrder>())
                {
                    rows.Add(type, interleave, order);
                }
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Random_cubes_come_back_in_any_ragged_tiling(EnviDataType type, Interleave interleave, EnviByteOrder order)
    {
        switch (type)
        {
            case EnviDataType.UInt8: Check(Gen.Byte, interleave, order); break;
            case EnviDataType.Int16: Check(Gen.Short, interleave, order); break;
            case EnviDataType.Int32: Check(Gen.Int, interleave, order); break;
            case EnviDataType.Float32: Check(Gen.Float, interleave, order); break;
            case EnviDataType.Float64: Check(Gen.Double, interleave, order); break;
            case EnviDataType.UInt16: Check(Gen.UShort, interleave, order); break;
            case EnviDataType.UInt32: Check(Gen.UInt, interleave, order); break;
            case EnviDataType.Int64: Check(Gen.Long, interleave, order); break;
            case EnviDataType.UInt64: Check(Gen.ULong, interleave, order); break;
            default: throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    private static void Check<T>(Gen<T> value, Interleave interleave, EnviByteOrder order)
        where T : unmanaged, INumber<T>
    {
        using var folder = new TemporaryFolder();
        var number = 0;
        var cubes =
            from lines in Gen.Int[1, 9]
            from samples in Gen.Int[1, 40]
            from bands in Gen.Int[1, 12]
            from offset in Gen.Int[0, 33]
            from values in value.Array[lines * samples * bands]
            from tile in Gen.Int[1, lines * samples]
            select (Shape: new CubeShape(lines, samples, bands), offset, values, tile);
        cubes.Sample(
            cube =>
            {
                var path = folder.File($"{Interlocked.Increment(ref number)}.hdr");
                var header = new EnviHeader
                {
                    Shape = cube.Shape,
                    DataType = EnviDataTypes.Of<T>(),
                    Interleave = interleave,
                    ByteOrder = order,
                    HeaderOffset = cube.offset,
                };
                using (var writer = EnviFileWriter.Create(path, header))
                {
                    for (var pixel = 0; pixel < cube.Shape.PixelCount; pixel += cube.tile)
                    {
                        var count = (int)Math.Min(cube.tile, cube.Shape.PixelCount - pixel);
                        writer.WritePixels<T>(pixel, cube.values.AsSpan(pixel * cube.Shape.Bands, count * cube.Shape.Bands));
                    }

                    writer.Complete();
                }

                using var image = EnviImage.Open(path);
                return image.Warnings.Count == 0 && ReadsBack(image, cube.values, cube.tile);
            },
            iter: 6,
            threads: 1);
    }

    private static bool ReadsBack<T>(EnviImage image, T[] values, int tile)
        where T : unmanaged, INumber<T>
    {
        var (shape, bands) = (image.Shape, image.Shape.Bands);
        var exact = new T[tile * bands];
        var floats = new float[tile * bands];
        var doubles = new double[tile * bands];
        for (var pixel = 0; pixel < shape.PixelCount; pixel += tile)
        {
            var count = (int)Math.Min(tile, shape.PixelCount - pixel);
            image.ReadValues<T>(pixel, count, exact);
            image.ReadPixels(pixel, count, floats.AsSpan());
            image.ReadPixels(pixel, count, doubles.AsSpan());
            for (var i = 0; i < count * bands; i++)
            {
                var expected = values[(pixel * bands) + i];
                if (!exact[i].Equals(expected) || !floats[i].Equals(float.CreateTruncating(expected)) || !doubles[i].Equals(double.CreateTruncating(expected)))
                {
                    return false;
                }
            }
        }

        // The file's own order, told by the strides of the interleave.
        var stored = new T[values.Length];
        image.ReadStored<T>(0, stored);
        var (lineStride, sampleStride, bandStride) = shape.Strides(image.Header.Interleave);
        for (var i = 0; i < values.Length; i++)
        {
            var (pixel, band) = Math.DivRem(i, bands);
            var (line, sample) = Math.DivRem(pixel, shape.Samples);
            if (!stored[(line * lineStride) + (sample * sampleStride) + (band * bandStride)].Equals(values[i]))
            {
                return false;
            }
        }

        return true;
    }
}
