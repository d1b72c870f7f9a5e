using System.Globalization;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// Keeps the store within its quota and its ages: each second it looks, and removes what has to go, oldest first and tier by tier (docs/decisions/0016-life-of-the-store.md).
/// Nothing goes of a protected case, and nothing before the audit log has it.
/// </summary>
public sealed class StoreKeeper
{
    /// <summary>Time between two looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private const string Component = "store";
    private const string Cause = "room";
    private const string MetaKey = "removal";
    private const int MostAtOnce = 50;
    private const long BatchBytes = 8L << 20;
    private static readonly TimeSpan SizesAge = TimeSpan.FromSeconds(10);

    private readonly StoreWriter _writer;
    private readonly StoreBook _book;
    private readonly StoreRetention _retention;
    private readonly StoreOptions _options;
    private readonly StorePaths _paths;
    private readonly KeeperParts _parts;
    private readonly RawShelf _raw;
    private readonly ProtectedCases _protected;
    private readonly RemovalGuard _ageGuard = new(percent: 25);
    private readonly RemovalGuard _roomGuard = new(percent: 5);
    private StoreSizes? _sizes;
    private long _sizedAt;
    private bool _loaded;
    private long _episode;

    internal StoreKeeper(StoreWriter writer, StoreBook book, StoreRetention retention, StoreOptions options, KeeperParts parts)
    {
        (_writer, _book, _retention, _options, _parts, _paths) = (writer, book, retention, options, parts, StorePaths.Of(options));
        _raw = new RawShelf(_paths.Raw);
        _protected = new ProtectedCases(_paths.Folder);
    }

    /// <summary>Removes raw cubes that a kill left without a result. Call it before the first capture.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SweepOrphansAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is StoreFaultException or IOException or UnauthorizedAccessException)
        {
            _parts.Health.Report(Component, HealthState.Warning, $"What interrupted captures left in {_paths.Raw} cannot be removed: {exception.Message}", "orphans");
        }
    }

    private async Task SweepOrphansAsync(CancellationToken cancellationToken)
    {
        var orphans = await _writer.RunAsync(
            database => _raw.Orphans(id => StoreRetention.Has(database, id)), durable: false, cancellationToken);
        if (orphans.Count > RemovalGuard.LeastShare)
        {
            // No kill leaves so many: rather the store was replaced, and these are all there is of their captures.
            _parts.Health.Report(Component, HealthState.Warning, $"{_paths.Raw} holds {orphans.Count} files without a result in this store; they were left. Move them elsewhere, or bring back their store.", "orphans");
            return;
        }

        if (orphans.Count > 0)
        {
            await AuditAsync("raw files without a result", orphans.Count, orphans[0], orphans[^1], "left by an interrupted capture", cancellationToken);
            orphans.ToList().ForEach(f => File.Delete(Path.Combine(_paths.Raw, f)));
            _parts.Metrics?.CountRemoved("raw", orphans.Count);
            StoreLog.OrphansSwept(_parts.Logger, _paths.Raw, orphans.Count);
        }
    }

    /// <summary>Looks until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Period, _parts.Time);
        try
        {
            do
            {
                _parts.Life.Beat();
                await LookAsync(stopping);
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }

    /// <summary>Looks once and removes what may go now.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var held = _protected.TryHold();
            if (held is null)
            {
                // Somebody protects a case: the next look knows of it.
                return;
            }

            await LookAsync(_protected.Read().ToHashSet(StringComparer.Ordinal), cancellationToken);
        }
        catch (Exception exception) when (exception is StoreFaultException or IOException or UnauthorizedAccessException)
        {
            _parts.Health.Report(Component, HealthState.Warning, $"Nothing can be removed to make room: {exception.Message}", Cause);
        }
    }

    private async Task LookAsync(HashSet<string> protectedCases, CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        var confirmed = RemovalConfirmation.Take(_paths);
        var waiting = await ExpireAsync(protectedCases, confirmed, cancellationToken) + await MakeRoomAsync(protectedCases, confirmed, cancellationToken);
        _parts.Health.Report(Component, waiting.Length == 0 ? HealthState.Ok : HealthState.Warning, waiting, Cause);
        if (waiting.Length == 0 && _ageGuard.IsIdle && _roomGuard.IsIdle && _episode > 0)
        {
            StoreLog.RemovalEnded(_parts.Logger, _episode);
            _episode = 0;
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (_loaded)
        {
            return;
        }

        if (await _writer.RunAsync(database => database.GetCollection(StoreSchema.Meta).FindById(MetaKey), durable: false, cancellationToken) is { } document)
        {
            _ageGuard.Load(document["a"].AsInt64, document["t"].AsInt64);
            _roomGuard.Load(document["r"].AsInt64, document["t"].AsInt64);
        }

        _loaded = true;
    }

    private async Task<string> ExpireAsync(HashSet<string> protectedCases, bool confirmed, CancellationToken cancellationToken)
    {
        var kept = _book.Usage.Results;
        var (maps, lost) = await _writer.RunAsync(
            database => (
                _retention.Expired(database, StoreTier.Maps, _ageGuard.ShareOf(kept) + 1, protectedCases),
                _retention.Expired(database, StoreTier.Results, MostAtOnce, protectedCases)),
            durable: false,
            cancellationToken);
        var allowed = Allow(_ageGuard, maps.Count + lost.Count, kept, confirmed);
        var reason = $"older than {_options.MaximumMapAgeDays} days (Store:MaximumMapAgeDays)";
        await RemoveAsync(StoreTier.Maps, [.. maps.Take((int)allowed)], reason, _ageGuard, cancellationToken);
        await RemoveAsync(
            StoreTier.Results, [.. lost.Take((int)Math.Max(0, allowed - maps.Count))], $"lost captures' ledgers, older than {_options.MaximumLostLedgerAgeDays} days (Store:MaximumLostLedgerAgeDays)", _ageGuard,
            cancellationToken);
        return _ageGuard.IsWaiting
            ? Question($"more than a quarter of the results' maps are {reason}")
            : string.Empty;
    }

    private async Task<string> MakeRoomAsync(HashSet<string> protectedCases, bool confirmed, CancellationToken cancellationToken)
    {
        var free = _parts.FreeBytes(_paths.Folder);
        var sizes = Sizes();
        var usage = _book.Usage;
        var plan = RoomPlan.Of(_options, usage, sizes, [], free);
        IReadOnlyList<ShelfEntry> raw = [];
        if (sizes.RawCubes > 0 && RoomPlan.IsWanted(_options, usage, sizes, free))
        {
            var cubes = _raw.List().ToDictionary(c => c.Id, c => c.Bytes, StringComparer.Ordinal);
            raw = await _writer.RunAsync(database => _retention.OldestOf(database, cubes.Keys, long.MaxValue, protectedCases), durable: false, cancellationToken);
            plan = RoomPlan.Of(_options, usage, sizes, [.. raw.Select(r => cubes[r.Id])], free);
        }

        var allowed = Allow(_roomGuard, plan.Items, usage.Results, confirmed);
        var removed = await RemoveAsync(StoreTier.Raw, [.. raw.Take((int)Math.Min(allowed, plan.Raw))], plan.Reason, _roomGuard, cancellationToken);
        removed += await RemoveOldestAsync(StoreTier.Maps, Math.Min(allowed - removed, plan.Maps), plan.Reason, protectedCases, cancellationToken);
        removed += await RemoveOldestAsync(StoreTier.Results, Math.Min(allowed - removed, plan.Results), plan.Reason, protectedCases, cancellationToken);
        return _roomGuard.IsWaiting ? Question($"{plan.Reason}: some {plan.Raw} raw cubes, {plan.Maps} results' maps and {plan.Results} results would have to go")
            : plan.Items > 0 && allowed > 0 && removed == 0 ? $"{Capital(plan.Reason)}, and all that is left is protected. Export and unprotect cases, or enlarge the disk."
            : string.Empty;
    }

    /// <summary>Folders are gone through each 10 s, and again once something went.</summary>
    private StoreSizes Sizes()
    {
        if (_sizes is null || _parts.Time.GetElapsedTime(_sizedAt) > SizesAge)
        {
            (_sizes, _sizedAt) = (StoreSizes.Of(_paths), _parts.Time.GetTimestamp());
        }

        return _sizes;
    }

    private static string Question(string why) =>
        $"{Capital(why)}. That is more than goes without asking; until you decide, one old item goes for each new result. If it is meant: hsiedge store confirm-removal. If not, correct the configuration.";

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private long Allow(RemovalGuard guard, long wanted, long kept, bool confirmed)
    {
        var allowed = guard.Allow(wanted, kept, _book.Taken);
        if (confirmed && guard.IsWaiting)
        {
            guard.Grant(wanted);
            allowed = guard.Allow(wanted, kept, _book.Taken);
        }

        return Math.Min(allowed, MostAtOnce);
    }

    private async Task<long> RemoveOldestAsync(StoreTier tier, long items, string reason, HashSet<string> protectedCases, CancellationToken cancellationToken) => items <= 0 ? 0
        : await RemoveAsync(
            tier, await _writer.RunAsync(database => _retention.Oldest(database, tier, items, protectedCases), durable: false, cancellationToken), reason, _roomGuard, cancellationToken);

    /// <summary>Audits, then removes, in transactions of some MiB each: a freed page is a page in the log too.</summary>
    private async Task<long> RemoveAsync(StoreTier tier, IReadOnlyList<ShelfEntry> entries, string reason, RemovalGuard guard, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
        {
            return 0;
        }

        var name = tier.ToString().ToLowerInvariant();
        if (_episode == 0)
        {
            StoreLog.RemovalBegan(_parts.Logger, name, reason);
        }

        await AuditAsync(name, entries.Count, entries[0].Id, entries[^1].Id, reason, cancellationToken);
        foreach (var batch in Batches(entries))
        {
            if (tier == StoreTier.Raw)
            {
                batch.ForEach(e => _raw.Remove(e.Id));
            }

            _sizes = null;
            guard.Spend(batch.Count);
            await _writer.RunAsync(
                database =>
                {
                    StoreSchema.SetMeta(database, MetaKey, d => (d["a"], d["r"], d["t"]) = (_ageGuard.Stock, _roomGuard.Stock, _book.Taken));
                    return tier switch
                    {
                        StoreTier.Maps => _retention.RemoveMaps(database, batch),
                        StoreTier.Results => _retention.RemoveResults(database, batch),
                        _ => 0,
                    };
                },
                durable: true,
                cancellationToken);
            _parts.Metrics?.CountRemoved(name, batch.Count);
            _episode += batch.Count;
        }

        return entries.Count;
    }

    private static IEnumerable<List<ShelfEntry>> Batches(IReadOnlyList<ShelfEntry> entries)
    {
        var batch = new List<ShelfEntry>();
        var bytes = 0L;
        foreach (var entry in entries)
        {
            batch.Add(entry);
            bytes += entry.MapBytes + entry.ResultBytes;
            if (bytes >= BatchBytes)
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private Task AuditAsync(string what, int count, string first, string last, string reason, CancellationToken cancellationToken) =>
        _parts.Audit?.AppendAsync(
            new AuditEvent(AuditAction.Remove, "box", what, new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["count"] = count.ToString(CultureInfo.InvariantCulture),
                ["first"] = first,
                ["last"] = last,
                ["reason"] = reason,
            }),
            cancellationToken) ?? Task.CompletedTask;
}
