using System.Globalization;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using HsiEdge.Delivery.Publish;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Proofs.Kill;

/// <summary>
/// The process that is killed: real store, real publisher, and all that a cart writes at once: results with maps, overlays, alerts and ledgers,
/// ledgers of lost captures, acknowledged alerts with a value in the same transaction, small values, marks of sent messages, checkpoints, expiry.
/// </summary>
internal sealed class KillVictim : ICommandHandler
{
    /// <summary>Name of the verb.</summary>
    public const string Verb = "kill-victim";

    /// <summary>The value that changes with acknowledged alerts.</summary>
    public const string AlertsKey = "kill.alerts";

    private const int ValueKeys = 6;
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(120);

    private readonly KillPlan _plan;
    private readonly LiteDbResultStore _store;
    private readonly SampleRecords _samples;
    private readonly TimeProvider _time;
    private readonly VictimJournal _journal;
    private List<Alert> _open = [];
    private long _alertsNumber;

    private KillVictim(KillPlan plan, LiteDbResultStore store, SampleRecords samples, TimeProvider time, VictimJournal journal) =>
        (_plan, _store, _samples, _time, _journal) = (plan, store, samples, time, journal);

    /// <summary>Runs a victim: FOLDER CART PORT PLAN….</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var plan = KillPlan.Parse([.. arguments.Skip(3)]);
        var time = new AheadTime(TimeSpan.FromHours(plan.AheadHours));
        var disk = new KillDisk(plan.Point, plan.Operation);
        var health = new HealthBoard(time);
        var options = new StoreOptions { DataFolder = arguments[0], CheckpointMebibytes = 1, MaximumMapAgeDays = 1 };
        using var journal = new VictimJournal();
        journal.Say("B");
        var store = await LiteDbResultStore.OpenAsync(options, health, time, NullLogger<LiteDbResultStore>.Instance, disk, CancellationToken.None);
        disk.Stage = KillStage.Running;
        journal.Say("O");
        var samples = new SampleRecords(time, arguments[1], plan.Seed);
        var victim = new KillVictim(plan, store, samples, time, journal);
        await victim.LiveAsync(int.Parse(arguments[2], CultureInfo.InvariantCulture), health);
        disk.Stage = KillStage.Stopping;
        await store.DisposeAsync();
        journal.Say("E");
        return 0;
    }

    /// <inheritdoc/>
    public Task<CommandAnswer> HandleAsync(string verb, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        Task.FromResult(CommandAnswer.Refused(verb, "This cart takes no commands."));

    private static string ValueKey(int index) => string.Create(CultureInfo.InvariantCulture, $"kill.v{index}");

    private async Task LiveAsync(int port, HealthBoard health)
    {
        await SayStateAsync();
        using var stop = new CancellationTokenSource();
        using var stopPublisher = new CancellationTokenSource();
        var options = new MqttOptions { Port = port, MaximumInFlight = 64, StopDrainMilliseconds = 0 };
        var publisher = _plan.Publishes
            ? new MqttPublisher(options, _samples.Identity, _store, _store, health, this, () => new ActiveVersions(null, "cal-1"), _time, NullLogger<MqttPublisher>.Instance)
                .RunAsync(stopPublisher.Token)
            : Task.CompletedTask;
        if (_plan.Drains)
        {
            await DrainAsync();
        }
        else
        {
            await Task.WhenAll(CubesAsync(stop.Token), LedgersAsync(stop.Token), ValuesAsync(stop.Token), KeepAsync(health, stop.Token), StopAsync(stop));
        }

        await stopPublisher.CancelAsync();
        await publisher;
    }

    // As the box's keeper does each second, but more often: what is older than a day goes while all else is written.
    private async Task KeepAsync(HealthBoard health, CancellationToken stop)
    {
        var keeper = _store.Keep(new KeeperParts(health, _ => long.MaxValue, _time, NullLogger.Instance));
        while (!stop.IsCancellationRequested)
        {
            await keeper.LookAsync(CancellationToken.None);
            await Task.Delay(30, CancellationToken.None);
        }
    }

    private async Task StopAsync(CancellationTokenSource stop)
    {
        if (_plan.Point == KillPoint.Stop)
        {
            while (_journal.Acknowledged < _plan.Acknowledgements)
            {
                await Task.Delay(1, CancellationToken.None);
            }

            stop.CancelAfter(_plan.After);
        }
    }

    private async Task DrainAsync()
    {
        using var patience = new CancellationTokenSource(DrainPatience);
        while (_store.PendingCount > 0)
        {
            await Task.Delay(5, patience.Token);
        }
    }

    // What the state is after recovery: the harness compares it with what was acknowledged before.
    private async Task SayStateAsync()
    {
        _open = [.. await _store.ReadOpenAlertsAsync(CancellationToken.None)];
        var number = await _store.ReadValueAsync(AlertsKey, CancellationToken.None);
        _alertsNumber = long.Parse(number ?? "0", CultureInfo.InvariantCulture);
        var values = new List<string>();
        for (var i = 0; i < ValueKeys; i++)
        {
            values.Add($"{ValueKey(i)}={await _store.ReadValueAsync(ValueKey(i), CancellationToken.None) ?? "-"}");
        }

        _journal.Say($"S {Fingerprint.Of(_open)} {AlertsKey}={number ?? "-"} {string.Join(' ', values)}");
    }

    private async Task CubesAsync(CancellationToken stop)
    {
        var random = new Random(_plan.Seed);
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            if (i % 4 == 3 && _open.Count > 0)
            {
                await AcknowledgeAlertAsync(random);
            }
            else
            {
                await RecordCubeAsync(random);
            }

            await Task.Delay(random.Next(5), CancellationToken.None);
        }
    }

    private async Task RecordCubeAsync(Random random)
    {
        var transitions = new List<AlertTransition>();
        if (random.Next(3) == 0)
        {
            transitions.Add(_samples.Raise());
        }

        if (_open.Count > 3)
        {
            transitions.Add(SampleRecords.End(_open[0]));
        }

        var ended = transitions.Where(t => t.Kind == AlertTransitionKind.Ended).Select(t => t.After.Id).ToHashSet(StringComparer.Ordinal);
        _open = [.. _open.Where(a => !ended.Contains(a.Id)), .. transitions.Where(t => t.Kind == AlertTransitionKind.Raised).Select(t => t.After)];
        var size = random.Next(40) switch { 0 => 200, < 6 => 64, < 20 => 24, _ => 8 };
        var record = _samples.Next(size, size + 3, transitions: transitions, overlayBytes: random.Next(300, 20_000)) with { OpenAlerts = _open };
        var number = _journal.Intend(
            "R", record.Result.Id, Fingerprint.Of(record.Result, record.Ledger),
            Fingerprint.Of(record.Maps.Classes, record.Maps.Probabilities, record.Classes, record.OverlayPng), Fingerprint.Of(_open), VictimJournal.Word(record.Messages));
        await _store.RecordAsync(record, CancellationToken.None);
        _journal.Acknowledge(number);
    }

    private async Task AcknowledgeAlertAsync(Random random)
    {
        var at = random.Next(_open.Count);
        var after = _open[at] with { State = AlertState.Acknowledged };
        var transition = new AlertTransition(AlertTransitionKind.Acknowledged, _open[at], after, "seen by the proof");
        _open[at] = after;
        var messages = _samples.Composer.ForTransitions([transition]);
        var value = new DurableValue(AlertsKey, (++_alertsNumber).ToString(CultureInfo.InvariantCulture));
        var number = _journal.Intend("T", value.Value!, Fingerprint.Of(_open), VictimJournal.Word(messages));
        await _store.RecordAlertsAsync([transition], _open, messages, value, CancellationToken.None);
        _journal.Acknowledge(number);
    }

    private async Task LedgersAsync(CancellationToken stop)
    {
        var random = new Random(_plan.Seed + 1);
        var ids = new UlidGenerator(_time);
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            await Task.Delay(random.Next(5, 25), CancellationToken.None);
            var trigger = new TriggerEvent(100_000 + i, 0, _time.GetUtcNow(), TriggerCause.Footswitch);
            var ledger = new KeptLedger(ids.Next(), trigger.Utc, TriggerVerdict.Missed, "the camera was away", SampleLedgers.Of(trigger, 14, random.Next(14)));
            OutboxMessage[] messages = [_samples.Composer.ForRefusals(ledger.CaptureId, trigger, "the camera was away", 1, synthetic: true)];
            var number = _journal.Intend("L", ledger.CaptureId, Fingerprint.Of(ledger), VictimJournal.Word(messages));
            await _store.RecordLedgerAsync(ledger, messages, CancellationToken.None);
            _journal.Acknowledge(number);
        }
    }

    private async Task ValuesAsync(CancellationToken stop)
    {
        var random = new Random(_plan.Seed + 2);
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            await Task.Delay(random.Next(2, 15), CancellationToken.None);
            var key = ValueKey(random.Next(ValueKeys));
            var value = random.Next(5) == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{_plan.Seed}.{i}");
            var number = _journal.Intend("V", key, value ?? "-");
            await _store.WriteValueAsync(key, value, CancellationToken.None);
            _journal.Acknowledge(number);
        }
    }
}
