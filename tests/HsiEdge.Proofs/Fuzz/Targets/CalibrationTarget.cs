using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>The calibration set in the data folder: its document, headers and data. Half of the changed ones get the right checksums, so that what is behind them is reached.</summary>
internal sealed class CalibrationTarget : IFuzzTarget
{
    private static readonly string[] Names = ["calibration.json", "white.hdr", "white.img", "dark.hdr", "dark.img", "bad.hdr", "bad.img"];
    private readonly string _folder = ProductFiles.Scratch();

    public IReadOnlyList<PartKind> Kinds { get; } = [PartKind.Json, PartKind.Text, PartKind.Bytes, PartKind.Text, PartKind.Bytes, PartKind.Text, PartKind.Bytes];

    public IReadOnlyList<string> Words { get; } =
        ["schemaVersion", "id", "cameraSerial", "exposureMicroseconds", "wavelengthsNanometres", "fwhmNanometres", "takenUtc", "planName", "sensorTemperatureCelsius", "checks", "white", "dark", "badPixels", "header", "dataSha256", "white.hdr", "dark.hdr", "../white.hdr", .. EnviCubeTarget.HeaderWords];

    public IEnumerable<FuzzInput> Seeds()
    {
        yield return Make(lines: 1, withAxis: true);
        yield return Make(lines: 3, withAxis: false);
        var hashed = Make(lines: 1, withAxis: true);
        yield return hashed.With(0, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(hashed.Parts[0]).Replace("\"schemaVersion\"", "\"sha256\": \"0\", \"schemaVersion\"", StringComparison.Ordinal)));
    }

    public FuzzInput Finish(FuzzInput input, ref FuzzRandom random)
    {
        if (random.OneIn(2))
        {
            return input;
        }

        var text = Encoding.UTF8.GetString(input.Parts[0]);
        foreach (var part in (ReadOnlySpan<int>)[2, 4, 6])
        {
            var key = part switch { 2 => "white.hdr", 4 => "dark.hdr", _ => "bad.hdr" };
            var at = text.IndexOf(key, StringComparison.Ordinal);
            at = at < 0 ? -1 : text.IndexOf("dataSha256", at, StringComparison.Ordinal);
            at = at < 0 ? -1 : text.IndexOf(':', at);
            at = at < 0 ? -1 : text.IndexOf('"', at);
            var end = at < 0 ? -1 : text.IndexOf('"', at + 1);
            if (end > 0)
            {
                text = text[..(at + 1)] + Convert.ToHexStringLower(SHA256.HashData(input.Parts[part])) + text[end..];
            }
        }

        return input.With(0, Encoding.UTF8.GetBytes(text));
    }

    public ValueTask<string> RunAsync(FuzzInput input)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            ProductFiles.Write(Path.Combine(_folder, Names[i]), input.Parts[i]);
        }

        return ValueTask.FromResult(FuzzTargets.Answer(() => CalibrationStore.Load(_folder)));
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static FuzzInput Make(int lines, bool withAxis)
    {
        var folder = ProductFiles.Scratch();
        var shape = new CubeShape(lines, 5, 3);
        CalibrationStore.Save(folder, new CalibrationSet
        {
            Id = "01J00000000000000000000000",
            CameraSerial = "SIM-1",
            ExposureMicroseconds = [100, 200, 300],
            Wavelengths = withAxis ? WavelengthAxis.Linear(1000, 1600, 3) : null,
            TakenUtc = new DateTimeOffset(2026, 1, 31, 8, 0, 0, TimeSpan.Zero),
            PlanName = "plan",
            SensorTemperatureCelsius = 21.5,
            Checks = [new ReferenceCheck("level", 0.5, 0.1, 0.9, "advice")],
            White = new ReferenceFrame(shape, [.. Enumerable.Range(0, (int)shape.ValueCount).Select(i => 1000f + i)]),
            Dark = new ReferenceFrame(shape, [.. Enumerable.Range(0, (int)shape.ValueCount).Select(i => 10f + i)]),
            BadPixels = [.. Enumerable.Range(0, lines * 5).Select(i => i == 2)],
        });
        var text = File.ReadAllText(Path.Combine(folder, "calibration.json"));
        var parts = new List<byte[]>();
        foreach (var kind in (ReadOnlySpan<string>)["white", "dark", "bad"])
        {
            var header = Directory.GetFiles(folder, kind + "*.hdr").Single();
            text = text.Replace(Path.GetFileName(header), kind + ".hdr", StringComparison.Ordinal);
            parts.AddRange([File.ReadAllBytes(header), File.ReadAllBytes(Path.ChangeExtension(header, ".img"))]);
        }

        Directory.Delete(folder, recursive: true);

        // As older versions wrote it, without hashes of the document and the headers: else every change would end there.
        var document = JsonNode.Parse(text)!.AsObject();
        document.Remove("sha256");
        foreach (var image in (ReadOnlySpan<string>)["white", "dark", "badPixels"])
        {
            document[image]!.AsObject().Remove("headerSha256");
        }

        return new FuzzInput([Encoding.UTF8.GetBytes(document.ToJsonString(HsiEdgeJson.Indented)), .. parts]);
    }
}
