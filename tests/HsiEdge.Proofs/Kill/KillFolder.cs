using System.Globalization;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;

namespace HsiEdge.Proofs.Kill;

/// <summary>A store that lives on over many killed victims, each recovering what the last one left; at the end it is drained and compared whole.</summary>
internal sealed class KillFolder(string cart, int port, KillConsumer consumer, KillConsumer witness, KillTally tally)
{
    private const int HoursBetweenRuns = 4;
    private static readonly TimeSpan ArrivalPatience = TimeSpan.FromSeconds(30);

    /// <summary>Kills victims, then drains and compares.</summary>
    public async Task RunAsync(Random random, int runs)
    {
        using var place = new TemporaryFolder();
        var folder = place.File("data");
        var account = new KillAccount(cart, tally);
        var check = new KillCheck(folder, account, tally);
        for (var run = 0; run < runs; run++)
        {
            var plan = KillPlan.Draw(random, run * HoursBetweenRuns);
            var victim = await RunAsync(plan, folder, account);
            tally.Ended(victim.Killed, account.Take(victim.Lines));
            await check.RunAsync(random, Now(run), all: false);
        }

        account.Take((await RunAsync(KillPlan.Drain(runs * HoursBetweenRuns), folder, account)).Lines);
        await check.RunAsync(random, Now(runs), all: true);
        await CompareMessagesAsync(account, folder);
        consumer.Forget(cart);
        witness.Forget(cart);
    }

    private static DateTimeOffset Now(int run) => TimeProvider.System.GetUtcNow().AddHours(run * HoursBetweenRuns);

    private async Task<VictimProcess> RunAsync(KillPlan plan, string folder, KillAccount account)
    {
        var victim = await VictimProcess.RunAsync(plan, folder, cart, port);
        if (victim.Failure is { } failure)
        {
            tally.Fault(KillFault.Unreadable, $"{cart}: after {account.Results.Count} results the victim {string.Join(' ', plan.ToArguments())}: {failure}");
        }

        return victim;
    }

    private async Task CompareMessagesAsync(KillAccount account, string folder)
    {
        var writes = account.Results.Values.Concat(account.Ledgers.Values).Concat(account.Alerts).ToList();
        var expected = writes.Where(w => w.Committed == true).SelectMany(w => w.Messages).Where(m => !m.Superseded).ToList();
        if (account.Results.Values.LastOrDefault(w => w.Committed == true)?.Messages.FirstOrDefault(m => m.Superseded) is { } lastOverlay)
        {
            expected.Add(lastOverlay);
        }

        var arrived = consumer.Of(cart);
        if (!await WaitAsync(expected, arrived))
        {
            await consumer.PokeAsync();
            var missing = expected.Count(m => !arrived.ContainsKey(m.Id));
            var came = await WaitAsync(expected, arrived);
            Console.WriteLine($"{cart}: {missing} of {expected.Count} messages had not come; after another message from the broker {(came ? "all did: it had held them back" : "they did not either")}. {await PendingAsync(folder)} wait in the store.");
        }

        foreach (var message in expected)
        {
            if (!arrived.TryGetValue(message.Id, out var hash))
            {
                tally.Fault(KillFault.Undelivered, $"{cart}: message {message.Id} was acknowledged by the store and never arrived{(witness.Of(cart).ContainsKey(message.Id) ? ", though it did at the other consumer" : "")}.");
            }
            else if (hash != message.Hash)
            {
                tally.Fault(KillFault.Lost, $"{cart}: message {message.Id} arrived with another payload than was stored.");
            }
        }

        tally.Arrived(expected.Count(m => arrived.ContainsKey(m.Id)));
        foreach (var write in writes.Where(w => w.Committed != true && w.Messages.Any(m => arrived.ContainsKey(m.Id))))
        {
            tally.Fault(KillFault.Half, string.Create(CultureInfo.InvariantCulture, $"{cart}: a message of {write.Kind} {write.Key} arrived, though the store never had it."));
        }
    }

    // As long as some arrive, more may; a busy machine is late, not wrong.
    private static async Task<bool> WaitAsync(List<AnnouncedMessage> expected, IReadOnlyDictionary<string, string> arrived)
    {
        var (begin, least) = (TimeProvider.System.GetTimestamp(), expected.Count);
        while (expected.Count(m => !arrived.ContainsKey(m.Id)) is var missing and > 0)
        {
            if (missing < least)
            {
                (begin, least) = (TimeProvider.System.GetTimestamp(), missing);
            }

            if (TimeProvider.System.GetElapsedTime(begin) > ArrivalPatience)
            {
                return false;
            }

            await Task.Delay(50);
        }

        return true;
    }

    private static async Task<long> PendingAsync(string folder)
    {
        await using var reader = await ResultStoreReader.OpenAsync(new StoreOptions { DataFolder = folder });
        return await reader.CountPendingMessagesAsync(CancellationToken.None);
    }
}
