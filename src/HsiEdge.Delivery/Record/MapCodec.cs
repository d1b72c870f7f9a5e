using System.Runtime.InteropServices;
using System.Security.Cryptography;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Record;
using ZstdSharp;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// Maps as stored: the class map as it is, the probabilities as float32 without loss with the bytes of equal weight side by side, both
/// compressed with Zstandard; a SHA-256 over both before compression tells damage when they are read.
/// </summary>
internal static class MapCodec
{
    /// <summary>Largest piece of compressed probabilities in one document; LiteDB's limit is 16 MB.</summary>
    public const int ChunkBytes = 4 * 1024 * 1024;

    private const int Level = 1;

    /// <summary>Compresses maps.</summary>
    public static EncodedMaps Encode(CubeMaps maps)
    {
        var probabilities = Shuffle(maps.Probabilities.Values);
        using var compressor = new Compressor(Level);
        return new EncodedMaps(
            compressor.Wrap(maps.Classes.Values).ToArray(),
            compressor.Wrap(probabilities).ToArray(),
            Digest(maps.Classes.Values, probabilities));
    }

    /// <summary>Restores maps.</summary>
    /// <exception cref="StoreFaultException">They are not what was stored.</exception>
    public static (ClassMap Classes, ProbabilityMap Probabilities) Decode(EncodedMaps encoded, int lines, int samples, int classes, string resultId)
    {
        try
        {
            using var decompressor = new Decompressor();
            var classValues = Unwrap(decompressor, encoded.Classes, checked(lines * samples));
            var shuffled = Unwrap(decompressor, encoded.Probabilities, checked(lines * samples * classes * sizeof(float)));
            if (!CryptographicOperations.FixedTimeEquals(Digest(classValues, shuffled), encoded.Sha256))
            {
                throw new InvalidDataException("the checksum does not fit");
            }

            return (new ClassMap(lines, samples, classValues), new ProbabilityMap(lines, samples, classes, Restore(shuffled)));
        }
        catch (Exception exception) when (exception is ZstdException or InvalidDataException or ArgumentException or OverflowException)
        {
            throw new StoreFaultException(
                $"The stored maps of result {resultId} are damaged ({exception.Message}); the result and its findings are stored apart. " +
                "Check the disk and restore the data folder from a backup if there is one.", exception);
        }
    }

    // The frame says its size: what asks for more memory than that is damaged, and gets none.
    private static byte[] Unwrap(Decompressor decompressor, byte[] compressed, int size) =>
        Decompressor.GetDecompressedSize(compressed) == (ulong)size
            ? decompressor.Unwrap(compressed, size).ToArray()
            : throw new InvalidDataException("the compressed size does not fit the maps");

    private static byte[] Digest(byte[] classes, byte[] probabilities)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(classes);
        hash.AppendData(probabilities);
        return hash.GetHashAndReset();
    }

    private static byte[] Shuffle(float[] values)
    {
        var count = values.Length;
        var bytes = new byte[count * sizeof(float)];
        var words = MemoryMarshal.Cast<float, uint>(values);
        var low = bytes.AsSpan(0, count);
        var second = bytes.AsSpan(count, count);
        var third = bytes.AsSpan(2 * count, count);
        var high = bytes.AsSpan(3 * count, count);
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            low[i] = (byte)word;
            second[i] = (byte)(word >> 8);
            third[i] = (byte)(word >> 16);
            high[i] = (byte)(word >> 24);
        }

        return bytes;
    }

    private static float[] Restore(byte[] bytes)
    {
        var count = bytes.Length / sizeof(float);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle(
                bytes[i] | ((uint)bytes[count + i] << 8) | ((uint)bytes[(2 * count) + i] << 16) | ((uint)bytes[(3 * count) + i] << 24));
        }

        return values;
    }
}

/// <summary>Compressed maps.</summary>
/// <param name="Classes">Class map.</param>
/// <param name="Probabilities">Probabilities.</param>
/// <param name="Sha256">Digest of both before compression.</param>
internal sealed record EncodedMaps(byte[] Classes, byte[] Probabilities, byte[] Sha256);
