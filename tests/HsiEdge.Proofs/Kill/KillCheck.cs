using HsiEdge.Core;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Proofs.Kill;

/// <summary>Reads a folder that a victim left and holds it against the account.</summary>
internal sealed class KillCheck(string folder, KillAccount account, KillTally tally)
{
    private static readonly TimeSpan ExpiresAfter = TimeSpan.FromDays(1);

    /// <summary>Compares all ids, and bit by bit what the last victim wrote, what was in flight, and a few older ones (or all).</summary>
    public async Task RunAsync(Random random, DateTimeOffset now, bool all)
    {
        try
        {
            await using var reader = await ResultStoreReader.OpenAsync(new StoreOptions { DataFolder = folder });
            await CompareAsync(reader, random, now, all);
        }
        catch (BadInputException) when (!account.WasOpened)
        {
            // It died before the store came into being: nothing was acknowledged, so nothing has to be there.
        }
        catch (Exception exception) when (exception is BadInputException or StoreFaultException or IOException or LiteDB.LiteException or InvalidDataException)
        {
            tally.Fault(KillFault.Unreadable, $"{folder}: {exception.Message}");
        }
    }

    private async Task CompareAsync(ResultStoreReader reader, Random random, DateTimeOffset now, bool all)
    {
        var results = await reader.ListAsync(new ResultQuery(int.MaxValue), CancellationToken.None);
        foreach (var damaged in reader.DamagedResultIds)
        {
            tally.Fault(KillFault.Unreadable, $"{folder}: result {damaged} is damaged.");
        }

        var present = new Dictionary<string, CaptureResult>(StringComparer.Ordinal);
        foreach (var result in results)
        {
            if (!present.TryAdd(result.Id, result))
            {
                tally.Fault(KillFault.Duplicate, $"{folder}: result {result.Id} is there twice.");
            }
            else if (!account.Results.ContainsKey(result.Id))
            {
                tally.Fault(KillFault.Half, $"{folder}: nobody ever wrote result {result.Id}.");
            }
        }

        Decide(present);
        foreach (var id in Chosen(random, all).ToList())
        {
            await CompareAsync(reader, account.Results[id], present[id], now);
        }

        foreach (var ledger in account.Ledgers.Values.Where(l => all || account.Latest.Contains(l)).ToList())
        {
            await CompareLedgerAsync(reader, ledger);
        }
    }

    private void Decide(Dictionary<string, CaptureResult> present)
    {
        foreach (var write in account.Results.Values)
        {
            var there = present.ContainsKey(write.Key);
            if (write.Committed is null)
            {
                account.Decide(write, there);
            }
            else if (write.Committed == true && !there)
            {
                tally.Fault(KillFault.Lost, $"{folder}: result {write.Key} was {(write.Acknowledged ? "acknowledged" : "in the store")} and is gone.");
                write.Committed = false;
            }
            else if (write.Committed == false && there)
            {
                tally.Fault(KillFault.Half, $"{folder}: result {write.Key} was not in the store after the kill and came back.");
            }
        }
    }

    private IEnumerable<string> Chosen(Random random, bool all)
    {
        var committed = account.Results.Values.Where(w => w.Committed == true).Select(w => w.Key).ToList();
        return all ? committed : account.Latest.Where(w => w is { Kind: 'R', Committed: true }).Select(w => w.Key)
            .Concat(Enumerable.Range(0, Math.Min(5, committed.Count)).Select(_ => committed[random.Next(committed.Count)])).Distinct(StringComparer.Ordinal);
    }

    private async Task CompareAsync(ResultStoreReader reader, AnnouncedWrite write, CaptureResult result, DateTimeOffset now)
    {
        tally.Compared(1);
        var ledger = await reader.ReadLedgerAsync(result.Id, CancellationToken.None);
        if (Fingerprint.Of(result, ledger) != write.Content)
        {
            tally.Fault(ledger is null ? KillFault.Half : KillFault.Lost, $"{folder}: result {result.Id} {(ledger is null ? "has no ledger" : "or its ledger is not what was written")}.");
        }

        var maps = await reader.ReadMapsAsync(result.Id, CancellationToken.None);
        var overlay = await reader.ReadOverlayAsync(result.Id, CancellationToken.None);
        if (maps is null && overlay is null && now - result.CapturedUtc > ExpiresAfter)
        {
            tally.FoundExpired();
            return;
        }

        if (maps is null || overlay is null)
        {
            tally.Fault(KillFault.Half, $"{folder}: result {result.Id} has {(maps is null ? "no maps" : "maps")} and {(overlay is null ? "no overlay" : "an overlay")}.");
        }
        else if (Fingerprint.Of(maps.Classes, maps.Probabilities, maps.ModelClasses, overlay) != write.Maps)
        {
            tally.Fault(KillFault.Lost, $"{folder}: the maps or the overlay of result {result.Id} are not what was written.");
        }
    }

    private async Task CompareLedgerAsync(ResultStoreReader reader, AnnouncedWrite write)
    {
        var ledger = await reader.ReadLedgerAsync(write.Key, CancellationToken.None);
        if (write.Committed is null)
        {
            account.Decide(write, ledger is not null);
        }

        if (write.Committed == true && (ledger is null || Fingerprint.Of(ledger) != write.Content))
        {
            tally.Fault(KillFault.Lost, $"{folder}: ledger {write.Key} is {(ledger is null ? "gone" : "not what was written")}.");
        }
        else if (write.Committed == false && ledger is not null)
        {
            tally.Fault(KillFault.Half, $"{folder}: ledger {write.Key} was not in the store after the kill and came back.");
        }
    }
}
