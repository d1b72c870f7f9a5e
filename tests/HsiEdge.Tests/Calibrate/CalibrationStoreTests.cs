using System.Security.Cryptography;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Calibrate;

public sealed class CalibrationStoreTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_set_comes_back_as_it_was_saved(bool complete)
    {
        using var folder = new TemporaryFolder();
        var set = Set("first", complete);
        CalibrationStore.Save(folder.File("set"), set);
        Assert.True(CalibrationStore.Exists(folder.File("set")));
        AssertEqual(set, CalibrationStore.Load(folder.File("set")));
    }

    [Fact]
    public void Saving_again_replaces_the_set_and_leaves_no_files_of_the_old_one()
    {
        using var folder = new TemporaryFolder();
        CalibrationStore.Save(folder.Path, Set("first", true));
        CalibrationStore.Save(folder.Path, Set("second", false));
        AssertEqual(Set("second", false), CalibrationStore.Load(folder.Path));
        Assert.Equal(3, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void A_set_that_was_not_finished_leaves_the_old_one_in_force()
    {
        using var folder = new TemporaryFolder();
        CalibrationStore.Save(folder.Path, Set("first", true));

        // What a power cut before the last step leaves: images of a set that no document names.
        File.WriteAllText(folder.File("white-0123456789ab.img"), "half");
        AssertEqual(Set("first", true), CalibrationStore.Load(folder.Path));
        CalibrationStore.Save(folder.Path, Set("second", true));
        Assert.False(File.Exists(folder.File("white-0123456789ab.img")));
    }

    [Fact]
    public void A_set_that_cannot_be_written_leaves_the_old_one_and_nothing_of_its_own()
    {
        using var folder = new TemporaryFolder();
        CalibrationStore.Save(folder.Path, Set("first", true));
        var before = Directory.GetFiles(folder.Path).Order().ToArray();

        // Wavelengths that do not fit the frames fail after the folder was opened for the new set.
        var broken = new CalibrationSet
        {
            Id = "broken",
            CameraSerial = null,
            ExposureMicroseconds = [],
            Wavelengths = WavelengthAxis.Linear(1000, 1100, 7),
            TakenUtc = null,
            Dark = null,
            White = Set("x", false).White,
        };
        Assert.Throws<ArgumentException>(() => CalibrationStore.Save(folder.Path, broken));
        Assert.Equal(before, Directory.GetFiles(folder.Path).Order());
        AssertEqual(Set("first", true), CalibrationStore.Load(folder.Path));
    }

    [Fact]
    public void Nothing_there_and_a_damaged_file_are_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("does not exist", Assert.Throws<BadInputException>(() => CalibrationStore.Load(folder.File("none"))).Message, StringComparison.Ordinal);
        CalibrationStore.Save(folder.Path, Set("first", true));
        var image = Assert.Single(Directory.GetFiles(folder.Path, "white-*.img"));
        var bytes = File.ReadAllBytes(image);
        bytes[5] ^= 1;
        File.WriteAllBytes(image, bytes);
        var error = Assert.Throws<BadInputException>(() => CalibrationStore.Load(folder.Path)).Message;
        Assert.Contains(image, error, StringComparison.Ordinal);
        Assert.Contains("damaged", error, StringComparison.Ordinal);
        var document = folder.File(CalibrationStore.DocumentName);
        File.WriteAllText(document, File.ReadAllText(document).Replace("\"checks\": [", "\"checks\": [ null,", StringComparison.Ordinal));
        Assert.Contains("\"checks\" holds null", Assert.Throws<BadInputException>(() => CalibrationStore.Load(folder.Path)).Message, StringComparison.Ordinal);
        CalibrationStore.Save(folder.Path, Set("second", true));
        File.WriteAllText(document, System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(document), "\"exposureMicroseconds\": \\[\\s*", "$0 1e999, "));
        Assert.Contains("is no calibration set", Assert.Throws<BadInputException>(() => CalibrationStore.Load(folder.Path)).Message, StringComparison.Ordinal);
        File.WriteAllText(document, "{ \"schemaVersion\": 1, \"idd\": 3 }");
        Assert.Contains("calibration.json", Assert.Throws<BadInputException>(() => CalibrationStore.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flipped_bit_anywhere_in_a_set_is_found()
    {
        using var folder = new TemporaryFolder();
        var set = Set("first", true);
        CalibrationStore.Save(folder.Path, set);
        foreach (var path in Directory.GetFiles(folder.Path))
        {
            var bytes = File.ReadAllBytes(path);
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] ^= 0x01;
                File.WriteAllBytes(path, bytes);
                CalibrationSet? read = null;
                try
                {
                    read = CalibrationStore.Load(folder.Path);
                }
                catch (BadInputException)
                {
                    // Found.
                }

                if (read is not null)
                {
                    AssertEqual(set, read);
                }

                bytes[i] ^= 0x01;
            }

            File.WriteAllBytes(path, bytes);
        }
    }

    [Fact]
    public void A_set_of_an_older_version_is_read_without_what_it_does_not_say()
    {
        using var folder = new TemporaryFolder();
        byte[] counts = [.. new[] { 3000f, 2000f, 3001f, 2001f }.SelectMany(BitConverter.GetBytes)];
        File.WriteAllBytes(folder.File("white-old.img"), counts);
        File.WriteAllText(
            folder.File("white-old.hdr"),
            "ENVI\nsamples = 2\nlines = 1\nbands = 2\nheader offset = 0\nfile type = ENVI Standard\ndata type = 4\ninterleave = bip\nbyte order = 0\n");
        File.WriteAllText(folder.File(CalibrationStore.DocumentName), $$"""
            {
              "schemaVersion": 1,
              "id": "01JBZ0Q8X6N3V5W7Y9A2C4E6G8",
              "cameraSerial": "S1",
              "exposureMicroseconds": [1000, 2000],
              "wavelengthsNanometres": [1000, 1100],
              "takenUtc": "2026-01-02T03:04:05+00:00",
              "white": { "header": "white-old.hdr", "dataSha256": "{{Convert.ToHexStringLower(SHA256.HashData(counts))}}" }
            }
            """);
        var set = CalibrationStore.Load(folder.Path);
        Assert.Equal(("01JBZ0Q8X6N3V5W7Y9A2C4E6G8", "S1"), (set.Id, set.CameraSerial));
        Assert.Equal([3000, 2000, 3001, 2001], set.White.Values.ToArray());
        Assert.Equal((null, null, 0), (set.PlanName, set.SensorTemperatureCelsius, set.Checks.Count));
    }

    private static CalibrationSet Set(string id, bool complete)
    {
        var shape = new CubeShape(complete ? 4 : 1, 3, 2);
        return new CalibrationSet
        {
            Id = id,
            CameraSerial = complete ? "S1" : null,
            ExposureMicroseconds = complete ? [100.5, 200] : [],
            Wavelengths = complete ? new WavelengthAxis([1000, 1100.25], [10, 12]) : null,
            TakenUtc = complete ? new DateTimeOffset(2026, 11, 24, 1, 2, 3, TimeSpan.Zero) : null,
            PlanName = complete ? "plan" : null,
            SensorTemperatureCelsius = complete ? -10.5 : null,
            Checks = complete ? [new("dark level", 0.01, null, 0.25, "cover the lens"), new("white level", 0.5, 0.02, null, "more light")] : [],
            White = new ReferenceFrame(shape, [.. Enumerable.Range(0, (int)shape.ValueCount).Select(i => 1000.5f + i)]),
            Dark = complete ? new ReferenceFrame(new CubeShape(1, 3, 2), [1, 2, 3, 4, 5, 6]) : null,
            BadPixels = complete ? [.. Enumerable.Range(0, 12).Select(i => i % 5 == 0)] : null,
        };
    }

    private static void AssertEqual(CalibrationSet expected, CalibrationSet actual)
    {
        Assert.Equal(expected.Id, actual.Id);
        Assert.Equal(expected.CameraSerial, actual.CameraSerial);
        Assert.Equal(expected.ExposureMicroseconds, actual.ExposureMicroseconds);
        Assert.Equal(expected.Wavelengths, actual.Wavelengths);
        Assert.Equal(expected.TakenUtc, actual.TakenUtc);
        Assert.Equal(expected.PlanName, actual.PlanName);
        Assert.Equal(expected.SensorTemperatureCelsius, actual.SensorTemperatureCelsius);
        Assert.Equal(expected.Checks, actual.Checks);
        Assert.Equal(expected.White.Shape, actual.White.Shape);
        Assert.Equal(expected.White.Values.ToArray(), actual.White.Values.ToArray());
        Assert.Equal(expected.Dark?.Values.ToArray(), actual.Dark?.Values.ToArray());
        Assert.Equal(expected.BadPixels, actual.BadPixels);
    }
}
