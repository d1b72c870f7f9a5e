using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Envi;

/// <summary>
/// GDAL and Spectral Python read what the product wrote and write what it reads: equal values for every data type × interleave × byte order.
/// One Python process serves all combinations.
/// </summary>
public sealed class EnviPeersTests(EnviPeersTests.Exchange exchange) : IClassFixture<EnviPeersTests.Exchange>
{
    private static readonly CubeShape Shape = new(5, 7, 6);
    private static readonly WavelengthAxis Axis = new([1000.5, 1100.25, 1200.0, 1300.0, 1400.0, 1599.75], [9.5, 9.5, 9.5, 9.5, 9.5, 9.5]);

    public static TheoryData<EnviDataType, Interleave, EnviByteOrder> Combinations() => Rows(Enum.GetValues<EnviDataType>());

    public static TheoryData<EnviDataType, Interleave, EnviByteOrder> GdalCombinations() => Rows(Enum.GetValues<EnviDataType>().Where(GdalKnows));

    private static TheoryData<EnviDataType, Interleave, EnviByteOrder> Rows(IEnumerable<EnviDataType> types)
    {
        var rows = new TheoryData<EnviDataType, Interleave, EnviByteOrder>();
        foreach (var type in types)
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
    public void Peers_read_what_was_written(EnviDataType type, Interleave interleave, EnviByteOrder order)
    {
        var expected = Sha256(type);
        foreach (var reader in GdalKnows(type) ? (string[])["gdal", "spectral"] : ["spectral"])
        {
            var report = exchange.Reports[$"{reader}/{NameOf(type, interleave, order)}"];
            Assert.Equal([5, 7, 6], report.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32()));
            Assert.Equal(NumpyType(type), report.GetProperty("type").GetString());
            Assert.Equal(expected, report.GetProperty("sha256").GetString());
            Assert.Equal(Axis.Nanometres.ToArray(), report.GetProperty("wavelength").EnumerateArray().Select(n => n.GetDouble()));
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void What_spectral_python_wrote_is_read(EnviDataType type, Interleave interleave, EnviByteOrder order)
    {
        using var image = EnviImage.Open(exchange.File("spectral", $"{(int)type}_{interleave.ToString().ToLowerInvariant()}_{(int)order}.hdr"));
        Assert.Equal(type, image.Header.DataType);
        Assert.Equal(interleave, image.Header.Interleave);
        Assert.Equal(order, image.Header.ByteOrder);
        Assert.Equal(Axis.Nanometres.ToArray(), image.Header.WavelengthsNanometres!);
        Assert.Equal(Axis.FwhmNanometres.ToArray(), image.Header.FwhmNanometres!);
        Assert.Equal("written by Spectral Python", image.Header.Description);
        Assert.Empty(image.Warnings);
        AssertValues(image);
    }

    [Theory]
    [MemberData(nameof(GdalCombinations))]
    public void What_gdal_wrote_is_read(EnviDataType type, Interleave interleave, EnviByteOrder order)
    {
        // GDAL writes the machine's byte order alone; its two ways of naming the header take the place of the second order.
        var name = $"{(int)type}_{interleave.ToString().ToLowerInvariant()}";
        var header = order == EnviByteOrder.LittleEndian ? $"{name}_REPLACE.hdr" : $"{name}_ADD.img.hdr";
        using var image = EnviImage.Open(exchange.File("gdal", header));
        Assert.Equal(type, image.Header.DataType);
        Assert.Equal(interleave, image.Header.Interleave);
        Assert.Equal("layer 5", image.Header.BandNames![5]);
        Assert.Empty(image.Warnings);
        AssertValues(image);
    }

    [Fact]
    public void Class_images_keep_names_and_colours_both_ways()
    {
        var gdal = exchange.Reports["gdal/classes"];
        Assert.Equal(["no data", "wall", "GIST, suspected".Replace(',', ';')], gdal.GetProperty("names").EnumerateArray().Select(n => n.GetString()!));
        Assert.Equal([0, 0, 0, 0, 255, 128, 255, 0, 1], gdal.GetProperty("colours").EnumerateArray().SelectMany(c => c.EnumerateArray()).Select(n => n.GetInt32()));
        var spectral = exchange.Reports["spectral/classes"];
        Assert.Equal(["no data", "wall", "GIST; suspected"], spectral.GetProperty("names").EnumerateArray().Select(n => n.GetString()!));

        var read = EnviClassification.Read(exchange.File("spectral", "classes.hdr"));
        Assert.Equal(Enumerable.Range(0, 35).Select(i => (byte)(i % 3)), read.Values);
        Assert.Equal(["none", "wall", "lesion"], read.Names!);
        Assert.Equal(["#000000", "#00FF80", "#FF0001"], read.Colours!);
    }

    /// <summary>Debian 12's GDAL 3.6 has no 64-bit integers in its ENVI driver.</summary>
    private static bool GdalKnows(EnviDataType type) => type is not (EnviDataType.Int64 or EnviDataType.UInt64);

    private static void AssertValues(EnviImage image)
    {
        switch (image.Header.DataType)
        {
            case EnviDataType.UInt8: Compare<byte>(image); break;
            case EnviDataType.Int16: Compare<short>(image); break;
            case EnviDataType.Int32: Compare<int>(image); break;
            case EnviDataType.Float32: Compare<float>(image); break;
            case EnviDataType.Float64: Compare<double>(image); break;
            case EnviDataType.UInt16: Compare<ushort>(image); break;
            case EnviDataType.UInt32: Compare<uint>(image); break;
            case EnviDataType.Int64: Compare<long>(image); break;
            case EnviDataType.UInt64: Compare<ulong>(image); break;
            default: throw new ArgumentOutOfRangeException(nameof(image));
        }
    }

    private static void Compare<T>(EnviImage image)
        where T : unmanaged, INumber<T>
    {
        var read = new T[Shape.ValueCount];
        image.ReadValues<T>(0, (int)Shape.PixelCount, read);
        Assert.Equal(Values<T>(), read);
    }

    /// <summary>The formula that the Python side has too: value i of the cube, pixel-major, band fastest.</summary>
    private static T[] Values<T>()
        where T : unmanaged, INumber<T>
    {
        var values = new T[Shape.ValueCount];
        for (var i = 0; i < values.Length; i++)
        {
            var mixed = (ulong)i * 2654435761 % 4294967291;
            values[i] = EnviDataTypes.Of<T>().IsFloatingPoint() ? T.CreateTruncating((mixed / 4294967291.0) - 0.25) : T.CreateTruncating(mixed);
        }

        return values;
    }

    private static string Sha256(EnviDataType type) => type switch
    {
        EnviDataType.UInt8 => Digest<byte>(),
        EnviDataType.Int16 => Digest<short>(),
        EnviDataType.Int32 => Digest<int>(),
        EnviDataType.Float32 => Digest<float>(),
        EnviDataType.Float64 => Digest<double>(),
        EnviDataType.UInt16 => Digest<ushort>(),
        EnviDataType.UInt32 => Digest<uint>(),
        EnviDataType.Int64 => Digest<long>(),
        EnviDataType.UInt64 => Digest<ulong>(),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static string Digest<T>()
        where T : unmanaged, INumber<T> =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(Values<T>().AsSpan())));

    private static string NumpyType(EnviDataType type) => type switch
    {
        EnviDataType.UInt8 => "u1",
        EnviDataType.Int16 => "i2",
        EnviDataType.Int32 => "i4",
        EnviDataType.Float32 => "f4",
        EnviDataType.Float64 => "f8",
        EnviDataType.UInt16 => "u2",
        EnviDataType.UInt32 => "u4",
        EnviDataType.Int64 => "i8",
        EnviDataType.UInt64 => "u8",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static string NameOf(EnviDataType type, Interleave interleave, EnviByteOrder order) => $"{type}_{interleave}_{order}";

    /// <summary>Writes all combinations, has the peers read them and write theirs: once for the class.</summary>
    public sealed class Exchange : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        public async ValueTask InitializeAsync()
        {
            Directory.CreateDirectory(_folder.File("ours"));
            foreach (var interleave in Enum.GetValues<Interleave>())
            {
                foreach (var order in Enum.GetValues<EnviByteOrder>())
                {
                    Write<byte>(interleave, order);
                    Write<short>(interleave, order);
                    Write<int>(interleave, order);
                    Write<float>(interleave, order);
                    Write<double>(interleave, order);
                    Write<ushort>(interleave, order);
                    Write<uint>(interleave, order);
                    Write<long>(interleave, order);
                    Write<ulong>(interleave, order);
                }
            }

            byte[] classes = [.. Enumerable.Range(0, 35).Select(i => (byte)(i % 3))];
            EnviWriter.WriteClassification(_folder.File("ours", "classes.hdr"), 5, 7, classes, ["no data", "wall", "GIST, suspected"], ["#000000", "#00FF80", "#FF0001"]);
            Reports = await RunAsync();
        }

        /// <summary>What the peers read: by "reader/name".</summary>
        public IReadOnlyDictionary<string, JsonElement> Reports { get; private set; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

        public string File(params string[] parts) => _folder.File(parts);

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }

        private void Write<T>(Interleave interleave, EnviByteOrder order)
            where T : unmanaged, INumber<T>
        {
            var type = EnviDataTypes.Of<T>();
            using var writer = EnviFileWriter.Create(
                _folder.File("ours", $"{NameOf(type, interleave, order)}.hdr"), EnviHeader.ForCube(Shape, type, interleave, Axis, byteOrder: order));
            writer.WritePixels<T>(0, Values<T>());
            writer.Complete();
        }

        private async Task<Dictionary<string, JsonElement>> RunAsync()
        {
            // Debian's interpreter by its path: another python3 may come first on PATH.
            var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            start.ArgumentList.Add(Path.Combine(SharedData.RepositoryRoot, "tests", "HsiEdge.IntegrationTests", "Envi", "envi_peers.py"));
            start.ArgumentList.Add(_folder.Path);
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, $"envi_peers.py ended with {process.ExitCode}: {await errors}");
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement)
                .ToDictionary(report => $"{report.GetProperty("reader").GetString()}/{report.GetProperty("name").GetString()}", StringComparer.Ordinal);
        }
    }
}
