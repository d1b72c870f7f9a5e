using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Proofs.PowerCut;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Proofs.Corruption;

/// <summary>A data folder, and all that was ever written into its store.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Holds">What the store holds.</param>
/// <param name="Ever">Every document that it ever held: key and hash.</param>
/// <param name="AuditHead">Last entry of the audit log.</param>
internal sealed record CorruptionSample(string Folder, StoreDump Holds, IReadOnlySet<string> Ever, AuditHead AuditHead)
{
    /// <summary>Cases that are protected.</summary>
    public static readonly string[] Protected = ["case-1", "case-2024-11", "ward-7"];

    private const int Steps = 70;

    /// <summary>Makes folders: one stopped cleanly and two switched off in the middle of work.</summary>
    public static async Task<IReadOnlyList<CorruptionSample>> MakeAsync(TemporaryFolder folder, int seed)
    {
        var load = new PowerCutLoad(folder.File("load"), seed, static _ => { });
        await load.RunAsync(Steps);
        var ever = load.Steps.SelectMany(s => s.After.Documents).Select(d => $"{d.Key}={d.Value}").ToHashSet(StringComparer.Ordinal);
        var samples = new List<CorruptionSample>();
        foreach (var step in new[] { load.Steps[Steps / 2], load.Steps[^7], load.Steps[^1] })
        {
            var copy = folder.File($"sample-{samples.Count}");
            Directory.CreateDirectory(copy);
            if (step == load.Steps[^1])
            {
                foreach (var file in Directory.GetFiles(folder.File("load")))
                {
                    File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
                }
            }
            else
            {
                var disk = new CrashedDisk();
                foreach (var operation in load.Disk.Operations.Take(step.Acknowledged + 1))
                {
                    disk.Apply(operation);
                }

                disk.LeaveAll(copy);
                await File.WriteAllBytesAsync(Path.Combine(copy, "results.lock"), []);
                await File.WriteAllBytesAsync(Path.Combine(copy, "results.snapshot.lock"), []);
            }

            samples.Add(new CorruptionSample(copy, step.After, ever, await AddOthersAsync(copy)));
        }

        return samples;
    }

    private static async Task<AuditHead> AddOthersAsync(string folder)
    {
        using (var audit = new AuditFile(folder, "01BOOT", TimeProvider.System, new HealthBoard(TimeProvider.System), NullLogger<AuditFile>.Instance))
        {
            for (var i = 0; i < 12; i++)
            {
                await audit.AppendAsync(new AuditEvent((AuditAction)(i % 10), "proof", $"subject-{i}"), CancellationToken.None);
            }
        }

        var cases = new ProtectedCases(folder);
        foreach (var name in Protected)
        {
            await cases.AddAsync(name, CancellationToken.None);
        }

        CalibrationStore.Save(Path.Combine(folder, "calibration"), Set());
        return AuditReader.ReadHead(folder)!;
    }

    /// <summary>References as they were kept.</summary>
    public static CalibrationSet Set()
    {
        var random = new Random(1);
        float[] Frame() => [.. Enumerable.Range(0, 400).Select(_ => (float)random.Next(4000))];
        return new CalibrationSet
        {
            Id = "01JBZ0Q8X6N3V5W7Y9A2C4E6G8",
            CameraSerial = "SIM-1",
            ExposureMicroseconds = [100.5, 200],
            Wavelengths = new WavelengthAxis([1000, 1100.25], [10, 12]),
            TakenUtc = new DateTimeOffset(2026, 11, 24, 1, 2, 3, TimeSpan.Zero),
            PlanName = "plan",
            SensorTemperatureCelsius = -10.5,
            Checks = [new ReferenceCheck("dark level", 0.01, null, 0.25, "cover the lens")],
            White = new ReferenceFrame(new CubeShape(10, 20, 2), Frame()),
            Dark = new ReferenceFrame(new CubeShape(10, 20, 2), Frame()),
            BadPixels = [.. Enumerable.Range(0, 400).Select(i => i % 50 == 0)],
        };
    }
}
