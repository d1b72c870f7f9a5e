using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Proofs.IoFaults;

/// <summary>The process whose calls are made to fail: it captures until three captures went well from end to end, and says what became of each part.</summary>
internal sealed class SyscallLife(string folder)
{
    /// <summary>Name of the verb.</summary>
    public const string Verb = "io-faults-life";

    /// <summary>Last line of a life that ended well.</summary>
    public const string Recovered = "recovered";

    /// <summary>Stands for the exit code of a life that did not end.</summary>
    public const int TimedOut = -1;

    /// <summary>Exit code when the store could not be opened.</summary>
    public const int NoStart = 3;

    private const int WholeCaptures = 3;
    private const int MostCaptures = 30;
    private readonly HealthBoard _health = new(TimeProvider.System);
    private readonly SampleRecords _samples = new(TimeProvider.System);

    /// <summary>Options of the store in a folder.</summary>
    public static StoreOptions OptionsOf(string folder) => new() { DataFolder = folder, CheckpointMebibytes = 1, MaximumMapAgeDays = 0 };

    /// <summary>Header of a raw cube.</summary>
    public static string RawHeader(string folder, string id) => Path.Combine(folder, "raw", id + ".hdr");

    /// <summary>Folder of the references.</summary>
    public static string CalibrationFolder(string folder) => Path.Combine(folder, "calibration");

    /// <summary>Runs it: FOLDER.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var life = new SyscallLife(arguments[0]);
        try
        {
            Directory.CreateDirectory(life._folder);
            return await life.LiveAsync();
        }
        catch (Exception exception) when (exception is StoreFaultException or Core.BadInputException)
        {
            // The worker ends with the message, and systemd starts it again.
            Console.WriteLine($"no-start {exception.Message.ReplaceLineEndings(" ")}");
            return NoStart;
        }
    }

    private readonly string _folder = folder;

    private async Task<int> LiveAsync()
    {
        using var audit = new AuditFile(_folder, "01BOOT", TimeProvider.System, _health, NullLogger<AuditFile>.Instance);
        await using var store = await LiteDbResultStore.OpenAsync(OptionsOf(_folder), _health, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
        var whole = 0;
        for (var i = 0; i < MostCaptures && whole < WholeCaptures; i++)
        {
            whole += await CaptureAsync(store, audit, i) ? 1 : 0;
        }

        Console.WriteLine(whole == WholeCaptures ? Recovered : "unrecovered");
        return 0;
    }

    private async Task<bool> CaptureAsync(LiteDbResultStore store, AuditFile audit, int number)
    {
        var record = _samples.Next(200, 200);
        var id = record.Result.Id;
        var ok = Try("set", $"{id}", () => CalibrationStore.Save(CalibrationFolder(_folder), SetOf(id)));
        ok &= await TryAsync("audit", $"{number}", () => audit.AppendAsync(new AuditEvent(AuditAction.Case, "proof", $"case-{number}"), CancellationToken.None));
        using var cube = CubeOf(number);
        KeptRawCube? raw = null;
        ok &= Try("raw", id, () => raw = new RawCubeFolder(Path.Combine(_folder, "raw")).Keep(cube, id));
        if (raw is not null)
        {
            using (raw)
            {
                ok &= await TryAsync("result", id, async () =>
                {
                    await store.RecordAsync(record, CancellationToken.None);
                    raw.Commit();
                });
            }
        }

        return ok;
    }

    private static bool Try(string what, string id, Action action)
    {
        try
        {
            action();
            Console.WriteLine($"{what} {id}");
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StoreFaultException)
        {
            Console.WriteLine($"no-{what} {id} {exception.Message.ReplaceLineEndings(" ")}");
            return false;
        }
    }

    private async Task<bool> TryAsync(string what, string id, Func<Task> action)
    {
        try
        {
            await action();
            Console.WriteLine($"{what} {id}");
            return true;
        }
        catch (StoreFaultException exception)
        {
            Console.WriteLine($"no-{what} {id} {exception.Message.ReplaceLineEndings(" ")}");
            if (!_health.Snapshot().Items.Any(i => i.Component == "store" && i is { State: not HealthState.Ok, Reason.Length: > 0 }))
            {
                Console.WriteLine($"silent {what} {id}");
            }

            return false;
        }
    }

    private static CalibrationSet SetOf(string id) => new()
    {
        Id = id,
        CameraSerial = "SIM-1",
        ExposureMicroseconds = [100, 200],
        Wavelengths = new WavelengthAxis([1000, 1100], []),
        TakenUtc = TimeProvider.System.GetUtcNow(),
        PlanName = "plan",
        White = new ReferenceFrame(new CubeShape(1, 4, 2), [1, 2, 3, 4, 5, 6, 7, 8]),
        Dark = new ReferenceFrame(new CubeShape(1, 4, 2), [1, 2, 3, 4, 5, 6, 7, 8]),
    };

    private static AcquiredCube CubeOf(int number) => new()
    {
        Trigger = new TriggerEvent(number, 0, TimeProvider.System.GetUtcNow(), TriggerCause.Interval),
        Cube = new RawCube(new CubeShape(8, 8, 2), Interleave.Bip, new WavelengthAxis([1000, 1100], []), new ushort[128], 4095),
        Camera = new CameraIdentity("phantom", "SIM-1", Synthetic: true),
        ExposureMicroseconds = [100, 200],
        PixelPitchMillimetres = null,
        Origin = "plan",
        Ledger = TriggerLedger.None,
        LastFrameTimestamp = 0,
        StoreRawCube = true,
    };
}
