using System.Text.Json;
using System.Text.Json.Nodes;
using HsiEdge.Core;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;

namespace HsiEdge.Proofs.Kill;

/// <summary>The whole appliance as the victim: <c>hsiedge run</c> with the phantom camera, triggered by interval and by command, killed again and again on one folder.</summary>
internal sealed class KillCart(string cart, int port, KillConsumer consumer, KillTally tally) : IDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ArrivalPatience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _place = new();
    private readonly HashSet<string> _acknowledged = new(StringComparer.Ordinal);

    /// <summary>Starts it, has it capture, kills it, compares.</summary>
    public async Task RunAsync(Random random)
    {
        await using var run = RunningProgram.Start("hsiedge", ["run", "--config", Configuration()]);
        using var patience = new CancellationTokenSource(StartPatience);
        var before = _acknowledged.Count;
        while (_acknowledged.Count == before && !patience.IsCancellationRequested)
        {
            await CaptureAsync(patience.Token);
        }

        if (_acknowledged.Count == before)
        {
            tally.Fault(KillFault.Harness, $"{cart}: no capture was answered within {StartPatience.TotalSeconds:0} s of the start: {string.Join('\n', run.Lines.TakeLast(5))}");
        }

        using var killed = new CancellationTokenSource();
        var capturing = CaptureUntilAsync(killed.Token);
        await Task.Delay(random.Next(1500));
        await run.KillAsync();

        // An answer that the broker had is an acknowledgement, though it arrives after the kill.
        await Task.Delay(100);
        await killed.CancelAsync();
        await capturing;
        tally.Ended(KillPoint.Time, _acknowledged.Count - before);
        await ReadAsync();
    }

    /// <summary>Sends what still waits and compares messages and results.</summary>
    public async Task EndAsync()
    {
        var drain = await VictimProcess.RunAsync(KillPlan.Drain(0), _place.File("data"), cart, port);
        if (drain.Failure is { } failure)
        {
            tally.Fault(KillFault.Unreadable, $"{cart}: {failure}");
        }

        var results = await ReadAsync();
        var begin = TimeProvider.System.GetTimestamp();
        var arrived = Arrived();
        while (!results.IsSubsetOf(arrived) && TimeProvider.System.GetElapsedTime(begin) < ArrivalPatience)
        {
            await Task.Delay(100);
            arrived = Arrived();
        }

        tally.Arrived(results.Count(arrived.Contains));
        foreach (var id in results.Except(arrived, StringComparer.Ordinal))
        {
            tally.Fault(KillFault.Undelivered, $"{cart}: the message of result {id} never arrived.");
        }

        foreach (var id in arrived.Except(results, StringComparer.Ordinal))
        {
            tally.Fault(KillFault.Half, $"{cart}: the message of result {id} arrived, though the store does not have it.");
        }

        consumer.Forget(cart);
    }

    /// <inheritdoc/>
    public void Dispose() => _place.Dispose();

    private HashSet<string> Arrived() => consumer.ResultsOf(cart).Select(p => (string)JsonNode.Parse(p)!["id"]!).ToHashSet(StringComparer.Ordinal);

    private async Task CaptureUntilAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await CaptureAsync(stop);
        }
    }

    private async Task CaptureAsync(CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(AnswerPatience);
        if (await consumer.CommandAsync(cart, "capture", "", patience.Token) is not { } answer)
        {
            return;
        }

        var json = JsonNode.Parse(answer)!;
        if ((bool)json["ok"]!)
        {
            _acknowledged.Add((string)json["data"]!["resultId"]!);
        }
        else
        {
            await Task.WhenAny(Task.Delay(20, stop));
        }
    }

    private async Task<HashSet<string>> ReadAsync()
    {
        var results = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            await using var reader = await ResultStoreReader.OpenAsync(new StoreOptions { DataFolder = _place.File("data") });
            foreach (var result in await reader.ListAsync(new ResultQuery(int.MaxValue), CancellationToken.None))
            {
                await CompareAsync(reader, result, results);
            }

            foreach (var damaged in reader.DamagedResultIds)
            {
                tally.Fault(KillFault.Unreadable, $"{cart}: result {damaged} is damaged.");
            }
        }
        catch (Exception exception) when (exception is BadInputException or StoreFaultException or IOException or JsonException)
        {
            tally.Fault(KillFault.Unreadable, $"{cart}: {exception.Message}");
        }

        foreach (var id in _acknowledged.Except(results, StringComparer.Ordinal))
        {
            tally.Fault(KillFault.Lost, $"{cart}: capture {id} was answered ok and is gone.");
        }

        return results;
    }

    private async Task CompareAsync(ResultStoreReader reader, CaptureResult result, HashSet<string> results)
    {
        tally.Compared(1);
        if (!results.Add(result.Id))
        {
            tally.Fault(KillFault.Duplicate, $"{cart}: result {result.Id} is there twice.");
        }

        if (await reader.ReadMapsAsync(result.Id, CancellationToken.None) is null
            || await reader.ReadOverlayAsync(result.Id, CancellationToken.None) is null
            || await reader.ReadLedgerAsync(result.Id, CancellationToken.None) is null)
        {
            tally.Fault(KillFault.Half, $"{cart}: result {result.Id} lacks its maps, its overlay or its ledger.");
        }
    }

    private string Configuration()
    {
        var file = _place.File("cart.json");
        File.WriteAllText(file, new JsonObject
        {
            ["Appliance"] = new JsonObject { ["Site"] = "proof", ["Cart"] = cart },
            ["Mqtt"] = new JsonObject { ["Port"] = port },
            ["Store"] = new JsonObject { ["DataFolder"] = _place.File("data"), ["CheckpointMebibytes"] = 2 },
            ["Trigger"] = new JsonObject { ["IntervalMilliseconds"] = 1_000 },
            ["Camera"] = new JsonObject { ["FramePeriodMilliseconds"] = 0 },
        }.ToJsonString());
        return file;
    }
}
