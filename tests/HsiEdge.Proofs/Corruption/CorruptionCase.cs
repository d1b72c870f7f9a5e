using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Proofs.PowerCut;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Proofs.Corruption;

/// <summary>One file of a folder spoilt, and everything read that can be read.</summary>
internal static class CorruptionCase
{
    /// <summary>Runs one case.</summary>
    public static async Task RunAsync(CorruptionSample sample, string folder, Random random, CorruptionTally tally)
    {
        Copy(sample.Folder, folder);
        var file = Choose(folder, random);
        var how = Rot.Spoil(file, random);
        var name = Path.GetRelativePath(folder, file);
        var begin = TimeProvider.System.GetTimestamp();
        CorruptionOutcome outcome;
        try
        {
            outcome = name.StartsWith("calibration", StringComparison.Ordinal) ? CheckCalibration(folder)
                : name.StartsWith("audit", StringComparison.Ordinal) ? await CheckAuditAsync(folder, sample)
                : name.StartsWith("protected", StringComparison.Ordinal) ? CheckProtected(folder)
                : await CheckStoreAsync(folder, sample, name, tally, $"{name}: {how}");
        }
        catch (Exception exception)
        {
            // Whatever it is, it is the finding.
            outcome = CorruptionOutcome.Crashed;
            tally.Say($"{name}: {how}: {exception}");
        }

        if (outcome is CorruptionOutcome.Silent or CorruptionOutcome.Wrong)
        {
            tally.Say($"{outcome}: {name}: {how}");
        }

        tally.Add(KindOf(name), outcome, TimeProvider.System.GetElapsedTime(begin));
        Directory.Delete(folder, recursive: true);
    }

    private static string KindOf(string name) => Path.GetDirectoryName(name) is { Length: > 0 } folder ? $"{folder}/*{Path.GetExtension(name)}" : name;

    private static string Choose(string folder, Random random)
    {
        var pick = random.Next(100);
        var pattern = pick switch
        {
            < 40 => "results.db",
            < 60 => "results.wal",
            < 70 => "results.sum",
            < 80 => "calibration/*",
            < 90 => "audit.*",
            < 97 => "protected.json",
            _ => "results*.lock",
        };
        var parent = Path.Combine(folder, Path.GetDirectoryName(pattern)!);
        var files = Directory.GetFiles(parent, Path.GetFileName(pattern)).Order(StringComparer.Ordinal).ToList();
        return files[random.Next(files.Count)];
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static CorruptionOutcome CheckCalibration(string folder)
    {
        try
        {
            var (found, expected) = (CalibrationStore.Load(Path.Combine(folder, "calibration")), CorruptionSample.Set());
            var same = found.Id == expected.Id && found.CameraSerial == expected.CameraSerial && found.ExposureMicroseconds.SequenceEqual(expected.ExposureMicroseconds)
                && Equals(found.Wavelengths, expected.Wavelengths) && found.TakenUtc == expected.TakenUtc && found.PlanName == expected.PlanName
                && Equals(found.SensorTemperatureCelsius, expected.SensorTemperatureCelsius) && found.Checks.SequenceEqual(expected.Checks)
                && Equals(found.White.Shape, expected.White.Shape) && found.White.Values.SequenceEqual(expected.White.Values)
                && found.Dark is not null && found.Dark.Values.SequenceEqual(expected.Dark!.Values) && found.BadPixels is not null && found.BadPixels.SequenceEqual(expected.BadPixels!);
            return same ? CorruptionOutcome.Harmless : CorruptionOutcome.Wrong;
        }
        catch (BadInputException exception) when (exception.Message.Contains("calibration", StringComparison.Ordinal))
        {
            return CorruptionOutcome.Detected;
        }
    }

    private static async Task<CorruptionOutcome> CheckAuditAsync(string folder, CorruptionSample sample)
    {
        var found = await AuditReader.VerifyAsync(folder, [new AuditAnchor("store", sample.AuditHead)], CancellationToken.None);
        if (found.Faults.Count > 0 || found.Notes.Count > 0)
        {
            return CorruptionOutcome.Detected;
        }

        // An undetected change would show in an entry; the chain's head says that they are all there.
        return found.Entries == 12 && Equals(found.Head, sample.AuditHead) ? CorruptionOutcome.Harmless : CorruptionOutcome.Silent;
    }

    private static CorruptionOutcome CheckProtected(string folder)
    {
        try
        {
            return new ProtectedCases(folder).Read().SequenceEqual(CorruptionSample.Protected) ? CorruptionOutcome.Harmless : CorruptionOutcome.Wrong;
        }
        catch (StoreFaultException exception) when (exception.Message.Contains("protected.json", StringComparison.Ordinal))
        {
            return CorruptionOutcome.Detected;
        }
    }

    private static async Task<CorruptionOutcome> CheckStoreAsync(string folder, CorruptionSample sample, string name, CorruptionTally tally, string where)
    {
        var said = await UseAsync(folder);
        StoreDump found;
        try
        {
            found = StoreDump.Of(folder, LocalDisk.Instance, (file, what) => said.Add($"{file}: {what}"));
        }
        catch (Exception exception) when (exception is IOException or StoreFaultException or InvalidDataException)
        {
            said.Add(exception.Message);
            return said.Exists(s => s.Contains(name, StringComparison.Ordinal)) ? CorruptionOutcome.Detected : CorruptionOutcome.Silent;
        }

        var wrong = found.Documents.Where(d => !sample.Ever.Contains($"{d.Key}={d.Value}") && !IsOfThisCheck(d.Key)).Select(d => d.Key).ToList();
        if (wrong.Count > 0)
        {
            tally.Say($"{where}: never written: {string.Join(", ", wrong.Take(3))}");
            return CorruptionOutcome.Wrong;
        }

        var isNamed = said.Exists(s => s.Contains(name, StringComparison.Ordinal));
        var missing = sample.Holds.Beyond(found).Count();
        var isSame = missing == 0 && found.Documents.Keys.All(k => sample.Holds.Documents.ContainsKey(k) || IsOfThisCheck(k));
        tally.AddDocuments(sample.Holds.Documents.Count - missing, missing);
        if (!isSame && !isNamed)
        {
            tally.Say($"{where}: {missing} documents missing, said: {string.Join(" | ", said)}");
        }

        return isSame ? isNamed ? CorruptionOutcome.Repaired : CorruptionOutcome.Harmless : isNamed ? CorruptionOutcome.Detected : CorruptionOutcome.Silent;
    }

    private static bool IsOfThisCheck(string key) => key.Contains(ProbeKey, StringComparison.Ordinal);

    private const string ProbeKey = "corruption-probe";

    // The box goes on: it opens the store, reads everything, and writes. What it says is what its health and its errors say.
    private static async Task<List<string>> UseAsync(string folder)
    {
        var said = new List<string>();
        var health = new HealthBoard(TimeProvider.System);
        try
        {
            await using var store = await LiteDbResultStore.OpenAsync(
                new StoreOptions { DataFolder = folder, MaximumMapAgeDays = 0 }, health, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
            for (var round = 0; round < 2; round++)
            {
                await ReadAllAsync(store, said);
            }

            await TryAsync(said, () => store.WriteValueAsync(ProbeKey, "written", CancellationToken.None));
            said.AddRange(health.Snapshot().Items.Where(i => i.State != HealthState.Ok).Select(i => i.Reason ?? string.Empty));
        }
        catch (Exception exception) when (exception is StoreFaultException or BadInputException)
        {
            said.Add(exception.Message);
        }

        return said;
    }

    private static async Task ReadAllAsync(LiteDbResultStore store, List<string> said)
    {
        IReadOnlyList<CaptureResult> results = [];
        await TryAsync(said, async () => results = await store.ListAsync(new ResultQuery(int.MaxValue), CancellationToken.None));
        foreach (var result in results)
        {
            await TryAsync(said, () => store.ReadMapsAsync(result.Id, CancellationToken.None));
            await TryAsync(said, () => store.ReadOverlayAsync(result.Id, CancellationToken.None));
            await TryAsync(said, () => store.ReadLedgerAsync(result.Id, CancellationToken.None));
        }

        await TryAsync(said, () => store.ReadOpenAlertsAsync(CancellationToken.None));
        await TryAsync(said, () => store.PeekAsync(int.MaxValue, CancellationToken.None));
        await TryAsync(said, () => store.ReadValueAsync("key-1", CancellationToken.None));
    }

    private static async Task TryAsync(List<string> said, Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (StoreFaultException exception)
        {
            said.Add(exception.Message);
        }
    }
}
