using System.Globalization;
using System.Threading.Channels;
using HsiEdge.Testing;

namespace HsiEdge.Proofs.PowerCut;

/// <summary>
/// Power cuts: what the store does to its disk is written down, and from any point of it folders are made as a power cut may leave them, unsynced
/// writes missing, torn or in another order. The real store opens each: all it acknowledged is there bit by bit, and nothing is half.
/// </summary>
internal static class PowerCutProof
{
    private const int DefaultImages = 200;
    private const int ImagesALoad = 500;
    private const int Steps = 100;
    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromSeconds(10);

    /// <summary>Runs the proof.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var images = DefaultImages;
        if (arguments.Count > 1 || (arguments.Count == 1 && (!int.TryParse(arguments[0], CultureInfo.InvariantCulture, out images) || images < 1)))
        {
            await Console.Error.WriteLineAsync("Usage: power-cut [IMAGES]; IMAGES ≥ 1.");
            return ProofLine.WrongUsage;
        }

        var seed = Environment.GetEnvironmentVariable("HSIEDGE_PROOF_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        Console.WriteLine($"power-cut: {images} images, seed {seed}");
        var trace = await SyscallTrace.CompareAsync(seed);
        var tally = new PowerCutTally();
        var random = new Random(seed);
        var (acknowledged, failed) = (0, 0);
        for (var left = images; left > 0; left -= ImagesALoad)
        {
            using var folder = new TemporaryFolder(ShortLivedFolder());
            var data = folder.File("load");
            var load = new PowerCutLoad(data, random.Next(), static _ => { });
            await load.RunAsync(Steps);
            acknowledged += load.Steps.Count(s => !s.IsFailed);
            failed += load.Steps.Count(s => s.IsFailed);
            await CutAsync(load, folder, Math.Min(left, ImagesALoad), images, tally, random);
        }

        return new ProofLine("power-cut")
            .Holds("images", tally.Images, tally.Images >= images)
            .Figure("second", tally.Second)
            .Holds("acknowledged", acknowledged, acknowledged > 0)
            .Holds("failed", failed, failed > 0)
            .Holds("documents", tally.Documents, tally.Documents > images)
            .Zero("lost", tally.Count(PowerCutFault.Lost))
            .Zero("half", tally.Count(PowerCutFault.Half))
            .Zero("unreadable", tally.Count(PowerCutFault.Unreadable))
            .Zero("alarms", tally.Count(PowerCutFault.Alarm))
            .Holds("slowestMs", (long)tally.Slowest.TotalMilliseconds, tally.Slowest < TimeSpan.FromSeconds(10))
            .Holds("syscalls", trace.Syscalls, trace.Syscalls > 0)
            .Zero("unrecorded", trace.Unrecorded)
            .Zero("early", trace.Early)
            .Figure("seed", seed)
            .Print();
    }

    /// <summary>A disk in memory where there is one: what is durable is the proof's to say here, not the disk's.</summary>
    public static string ShortLivedFolder() => Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    private static async Task CutAsync(PowerCutLoad load, TemporaryFolder folder, int count, int of, PowerCutTally tally, Random random)
    {
        var channel = Channel.CreateBounded<(PowerCutImage Image, int Seed)>(4);
        var lanes = Enumerable.Range(0, Math.Max(2, Environment.ProcessorCount)).Select(_ => Task.Run(async () =>
        {
            await foreach (var (image, seed) in channel.Reader.ReadAllAsync())
            {
                await image.CheckAsync(tally, new Random(seed));
            }
        })).ToArray();
        var operations = load.Disk.Operations;
        var disk = new CrashedDisk();
        var done = 0;
        var reported = TimeProvider.System.GetTimestamp();
        foreach (var (cut, number) in ChooseCuts(load, operations, count, random).Order().Select((c, i) => (c, i)))
        {
            for (; done < cut; done++)
            {
                disk.Apply(operations[done]);
            }

            var image = ImageAt(load, cut, folder.File($"image-{number}"));
            Directory.CreateDirectory(image.Folder);
            disk.Leave(image.Folder, random);
            await channel.Writer.WriteAsync((image, random.Next()));
            if (TimeProvider.System.GetElapsedTime(reported) > ProgressPeriod)
            {
                reported = TimeProvider.System.GetTimestamp();
                Console.WriteLine($"power-cut: {tally.Images} images opened for {of} cuts, {tally.Documents} acknowledged documents found again");
            }
        }

        channel.Writer.Complete();
        await Task.WhenAll(lanes);
    }

    // Anywhere, right after an acknowledgement, and around the emptying of the log, where few operations decide.
    private static IEnumerable<int> ChooseCuts(PowerCutLoad load, IReadOnlyList<DiskOperation> operations, int count, Random random)
    {
        var turns = Enumerable.Range(0, operations.Count)
            .Where(i => operations[i].Kind is DiskOperationKind.SetLength or DiskOperationKind.Move or DiskOperationKind.SyncFolder or DiskOperationKind.Create)
            .ToList();
        for (var i = 0; i < count; i++)
        {
            yield return random.Next(4) switch
            {
                0 => load.Steps[random.Next(load.Steps.Count)].Acknowledged,
                1 => Math.Clamp(turns[random.Next(turns.Count)] + random.Next(-3, 30), 0, operations.Count),
                _ => random.Next(operations.Count + 1),
            };
        }
    }

    private static PowerCutImage ImageAt(PowerCutLoad load, int cut, string folder)
    {
        var next = load.Steps.TakeWhile(s => s.Acknowledged <= cut).Count();
        var acknowledged = next == 0 ? new StoreDump(new Dictionary<string, string>()) : load.Steps[next - 1].After;
        var step = next < load.Steps.Count && load.Steps[next].Begin < cut ? load.Steps[next] : null;
        return new PowerCutImage(folder, $"cut after {cut} operations{(step is null ? string.Empty : $" during '{step.Name}'")}", acknowledged, step?.After, step?.IsFailed ?? false);
    }
}
