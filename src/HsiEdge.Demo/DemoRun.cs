using System.Text.Json;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Hosting;
using HsiEdge.Core;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Publish;
using HsiEdge.Delivery.Record;
using HsiEdge.Devices.Phantom;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Demo;

/// <summary>One run of the demo: broker, subscriber and the real appliance; then the account of what came out.</summary>
internal sealed class DemoRun(DemoOptions options, TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <summary>Runs to the end.</summary>
    /// <returns>Exit code: 0 when everything promised came out, else 1.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await output.WriteLineAsync($"SYNTHETIC scene. {CaptureResult.ResearchUseOnly}");
        var folder = new DemoFolder(options.OutFolder);
        await using var broker = await EmbeddedBroker.StartAsync(options.Port, NullLogger<EmbeddedBroker>.Instance);
        await using var subscriber = await DemoSubscriber.ConnectAsync(broker.Port, folder.Messages, time, cancellationToken);
        await output.WriteLineAsync($"Broker on 127.0.0.1:{broker.Port}; listen with: mosquitto_sub -p {broker.Port} -t 'hsiedge/v1/#' -v");

        var serial = FormattableString.Invariant($"HSI-DEMO-{Environment.ProcessId}");
        var configuration = ApplianceConfiguration.Load(
            ["--config", folder.WriteConfiguration(options, broker.Port, serial)], new Dictionary<string, string>(StringComparer.Ordinal), folder.Path);
        configuration.ThrowIfFaulty();
        await using var room = options.Camera == DemoCamera.GigE ? DemoRoom.Start(folder.PlanPath, serial, folder.WiresPath) : null;
        using var stopAppliance = new CancellationTokenSource();
        var appliance = Task.Run(
            () => ApplianceHost.RunAsync(configuration, new ApplianceRun { IntervalLimit = room is null ? options.Cycles : null }, stopAppliance.Token), CancellationToken.None);
        var watch = new DemoWatch(folder, output);
        string? trouble;
        try
        {
            trouble = await FollowAsync(subscriber, watch, appliance, room, cancellationToken);
            await EndCaseAsync(subscriber, watch, appliance);
        }
        finally
        {
            await stopAppliance.CancelAsync();
        }

        var exitCode = await appliance;
        trouble ??= exitCode == 0 ? null : $"The appliance ended with exit code {exitCode}.";
        await DrainAsync(subscriber, watch);
        return await AccountAsync(configuration.Store, folder, watch, trouble, finished: !cancellationToken.IsCancellationRequested);
    }

    /// <summary>Follows the messages until all results are in, the appliance ends or nothing comes any more.</summary>
    /// <returns>What went wrong, or null.</returns>
    private async Task<string?> FollowAsync(
        DemoSubscriber subscriber, DemoWatch watch, Task<int> appliance, DemoRoom? room, CancellationToken cancellationToken)
    {
        using var stopProcedure = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var entering = room?.EnterAsync(stopProcedure.Token);
        Task<string?>? procedure = null;
        try
        {
            return await FollowAsync(subscriber, watch, appliance, StartAsync, cancellationToken);
        }
        finally
        {
            await stopProcedure.CancelAsync();
            await IgnoreCancellationAsync(entering);
            await IgnoreCancellationAsync(procedure);
        }

        async Task<string?> StartAsync(string topicPrefix)
        {
            if (room is null || entering is null)
            {
                return null;
            }

            await entering;
            procedure ??= new DemoProcedure(room, subscriber, watch, options, output, time).RunAsync(topicPrefix, stopProcedure.Token);
            return procedure.IsCompleted ? await procedure : null;
        }
    }

    private static async Task IgnoreCancellationAsync(Task? task)
    {
        try
        {
            await (task ?? Task.CompletedTask);
        }
        catch (OperationCanceledException)
        {
            // It was told to stop.
        }
    }

    /// <summary>Follows the messages, and lets the person go on in between.</summary>
    /// <param name="subscriber">Sees the messages.</param>
    /// <param name="watch">Counts them.</param>
    /// <param name="appliance">The box.</param>
    /// <param name="goOn">What the person does once the box has said who it is; called again and again, gives what went wrong.</param>
    /// <param name="cancellationToken">Ctrl-C.</param>
    private async Task<string?> FollowAsync(
        DemoSubscriber subscriber, DemoWatch watch, Task<int> appliance, Func<string, Task<string?>> goOn, CancellationToken cancellationToken)
    {
        var caseBegun = false;
        var lastResult = time.GetTimestamp();
        while (watch.Results < (options.Cycles ?? int.MaxValue))
        {
            var more = subscriber.Messages.WaitToReadAsync(cancellationToken).AsTask();
            var first = await Task.WhenAny(more, appliance, Task.Delay(TimeSpan.FromSeconds(1), time, CancellationToken.None));
            if (cancellationToken.IsCancellationRequested)
            {
                return null;
            }

            if (first == appliance)
            {
                return "The appliance ended before all results were in.";
            }

            var before = watch.Results;
            await DrainAsync(subscriber, watch);
            if (watch.Results > before)
            {
                lastResult = time.GetTimestamp();
            }

            if (time.GetElapsedTime(lastResult) > Patience)
            {
                return $"No result for {Patience.TotalSeconds:0} s; {watch.Results} so far. Status: {(watch.Degraded.Count == 0 ? "online" : string.Join("; ", watch.Degraded))}";
            }

            if (!caseBegun && watch.TopicPrefix is { } prefix)
            {
                caseBegun = true;
                await CommandAsync(subscriber, prefix + "command/set-case", new { caseId = "DEMO-1" });
            }

            if (caseBegun && await goOn(watch.TopicPrefix!) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    /// <summary>The procedure is over: alerts still open end with it.</summary>
    private async Task EndCaseAsync(DemoSubscriber subscriber, DemoWatch watch, Task<int> appliance)
    {
        if (watch.TopicPrefix is not { } prefix || appliance.IsCompleted)
        {
            return;
        }

        await CommandAsync(subscriber, prefix + "command/end-case", new { });
        var asked = time.GetTimestamp();
        while (time.GetElapsedTime(asked) < LastWords && (watch.Ended.Count < watch.Raised.Count || subscriber.Messages.Count > 0))
        {
            await DrainAsync(subscriber, watch);
            await Task.Delay(20, CancellationToken.None);
        }

        await watch.FlushAsync();
    }

    private async Task CommandAsync(DemoSubscriber subscriber, string topic, object payload)
    {
        using var patience = new CancellationTokenSource(LastWords, time);
        try
        {
            var answer = JsonSerializer.Deserialize<CommandAnswer>(await subscriber.CommandAsync(topic, payload, patience.Token), HsiEdgeJson.Compact);
            if (answer is not { Ok: true })
            {
                await output.WriteLineAsync($"{topic}: {answer?.Error}");
            }
        }
        catch (OperationCanceledException)
        {
            await output.WriteLineAsync($"{topic}: no answer within {LastWords.TotalSeconds:0} s.");
        }
    }

    private static async Task DrainAsync(DemoSubscriber subscriber, DemoWatch watch)
    {
        while (subscriber.Messages.TryRead(out var message))
        {
            await watch.TakeAsync(message);
        }
    }

    /// <summary>Reads the results back from the store and says what came out.</summary>
    private async Task<int> AccountAsync(StoreOptions store, DemoFolder folder, DemoWatch watch, string? trouble, bool finished)
    {
        List<CaptureResult> results = [];
        if (Directory.Exists(folder.Data))
        {
            await using var reader = await ResultStoreReader.OpenAsync(store, CancellationToken.None);
            results.AddRange(await reader.ListAsync(new ResultQuery(options.Cycles + 1 ?? int.MaxValue), CancellationToken.None));
            foreach (var result in results)
            {
                if (await reader.ReadOverlayAsync(result.Id, CancellationToken.None) is { } png)
                {
                    await folder.WriteOverlayAsync(result.Sequence, result.Id, png);
                }
            }
        }

        // The n-th cube shows the n-th pose, also where a trigger between them was lost.
        results.Sort((a, b) => a.Sequence.CompareTo(b.Sequence));
        var shown = results.Where((_, pose) => SceneScript.Default.ShowsLesion(pose)).ToList();
        var found = shown.Count(r => r.Findings.Count > 0);
        var wrong = results.Count(r => r.Findings.Count > 0) - found;
        await output.WriteLineAsync();
        await output.WriteLineAsync($"Triggers            {(options.Cycles is { } cycles ? cycles : results.Count)}");
        await output.WriteLineAsync($"Results in LiteDB   {results.Count}");
        await output.WriteLineAsync($"Lesion found        in {found} of {shown.Count} cubes that show it, in {wrong} of {results.Count - shown.Count} that do not (synthetic)");
        await output.WriteLineAsync($"Alerts on broker    {watch.Raised.Count} raised, {watch.Ended.Count} ended");
        if (watch.Ledger is { Sent: > 0 } ledger)
        {
            await output.WriteLineAsync(
                $"Ledger              {ledger.Sent} pulses sent = {ledger.Paired} paired + {ledger.Late} late + {ledger.Missed} missed; {ledger.Spurious} spurious frames; {ledger.Lost} triggers without a result");
        }

        await output.WriteLineAsync($"Overlays            {folder.OverlayCount}");
        await output.WriteLineAsync($"Folder              {folder.Path}");

        var faults = Judge(results, found, shown.Count, wrong, folder, watch, finished).Prepend(trouble).OfType<string>().ToList();
        foreach (var fault in faults)
        {
            await Console.Error.WriteLineAsync(fault);
        }

        return faults.Count == 0 ? 0 : 1;
    }

    private IEnumerable<string> Judge(List<CaptureResult> results, int found, int shown, int wrong, DemoFolder folder, DemoWatch watch, bool finished)
    {
        if (finished && options.Cycles is { } cycles && results.Count != cycles)
        {
            yield return $"{results.Count} results are in LiteDB; expected {cycles}.";
        }

        if (watch.Ledger is var ledger && ledger.Sent != ledger.Paired + ledger.Late + ledger.Missed)
        {
            yield return $"The ledger does not balance: {ledger}.";
        }

        if (folder.OverlayCount != results.Count)
        {
            yield return $"{folder.OverlayCount} overlays were written for {results.Count} results.";
        }

        if (shown > 0 && found == 0)
        {
            yield return $"No lesion was found in {shown} cubes that show one.";
        }

        if (2 * wrong > results.Count - shown)
        {
            yield return $"A lesion was found in {wrong} of {results.Count - shown} cubes that show none: this model does not fit this scene.";
        }

        if (ExpectsAlert(results) && watch.Raised.Count == 0)
        {
            yield return "No alert was seen on the broker.";
        }

        if (watch.Raised.Except(watch.Ended, StringComparer.Ordinal).ToList() is { Count: > 0 } open)
        {
            yield return $"Alerts were raised and not ended on the broker: {string.Join(", ", open)}.";
        }
    }

    /// <summary>Whether the lesion was in view in enough consecutive cubes.</summary>
    private static bool ExpectsAlert(List<CaptureResult> results)
    {
        var shows = Enumerable.Range(0, results.Count).Where(pose => SceneScript.Default.ShowsLesion(pose)).ToHashSet();
        return shows.Any(s => shows.Contains(s + 1));
    }
}
