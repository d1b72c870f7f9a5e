using System.Globalization;
using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Publish;

namespace HsiEdge.Demo;

/// <summary>Follows the broker's messages: prints one line a cube, keeps count of alerts, saves overlays.</summary>
internal sealed class DemoWatch(DemoFolder folder, TextWriter output)
{
    private readonly Dictionary<string, long> _sequences = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _earlyOverlays = new(StringComparer.Ordinal);
    private readonly List<string> _transitions = [];
    private readonly HashSet<string> _ledgers = new(StringComparer.Ordinal);

    /// <summary>Results seen.</summary>
    public int Results => _sequences.Count;

    /// <summary>Sequences of results with findings.</summary>
    public SortedSet<long> WithFindings { get; } = [];

    /// <summary>Alerts raised, by their identifiers.</summary>
    public HashSet<string> Raised { get; } = new(StringComparer.Ordinal);

    /// <summary>Alerts ended, by their identifiers.</summary>
    public HashSet<string> Ended { get; } = new(StringComparer.Ordinal);

    /// <summary>What became of all pulses and triggers.</summary>
    public DemoLedger Ledger { get; private set; } = DemoLedger.Empty;

    /// <summary>Topic prefix of the appliance, once it has said its status.</summary>
    public string? TopicPrefix { get; private set; }

    /// <summary>Why the appliance is degraded; empty when it is not.</summary>
    public IReadOnlyList<string> Degraded { get; private set; } = [];

    /// <summary>Takes one message.</summary>
    public async Task TakeAsync(DemoMessage message)
    {
        var levels = message.Topic.Split('/');
        switch (levels.ElementAtOrDefault(4))
        {
            case "status":
                TopicPrefix = string.Join('/', levels[..4]) + "/";
                Degraded = Read<StatusMessage>(message)?.Reasons ?? [];
                break;
            case "alert" when Read<AlertMessage>(message) is { } alert:
                TakeAlert(alert);
                break;
            case "result" when Read<ResultMessage>(message) is { } result:
                await TakeResultAsync(result);
                break;
            case "ledger" when Read<LedgerMessage>(message) is { } ledger && _ledgers.Add(ledger.CaptureId):
                Ledger = Ledger.Plus(ledger);
                break;
            case "overlay" when message.Properties.TryGetValue(UserPropertyNames.Result, out var id):
                await TakeOverlayAsync(id, message.Payload);
                break;
            default:
                break;
        }
    }

    /// <summary>Prints transitions that no cube followed.</summary>
    public async Task FlushAsync()
    {
        if (_transitions.Count > 0)
        {
            await output.WriteLineAsync($"     {string.Join("; ", _transitions)}");
            _transitions.Clear();
        }
    }

    private void TakeAlert(AlertMessage alert)
    {
        if (alert.Transition == AlertTransitionKind.Raised && Raised.Add(alert.AlertId))
        {
            _transitions.Add($"alert {alert.AlertId} raised");
        }
        else if (alert.Transition == AlertTransitionKind.Ended && Ended.Add(alert.AlertId))
        {
            _transitions.Add($"alert {alert.AlertId} ended");
        }
    }

    private async Task TakeResultAsync(ResultMessage result)
    {
        if (!_sequences.TryAdd(result.Id, result.Sequence))
        {
            return;
        }

        var lesion = "no lesion                   ";
        if (result.Findings.Count > 0)
        {
            WithFindings.Add(result.Sequence);
            var area = result.Findings.Sum(f => f.AreaSquareMillimetres ?? 0);
            lesion = string.Create(CultureInfo.InvariantCulture, $"lesion {area,7:0.0} mm²  p {result.Findings[0].MeanProbability:0.00}     ");
        }

        var time = result.Timing;
        var alerts = _transitions.Count == 0 ? "" : "  " + string.Join("; ", _transitions);
        _transitions.Clear();
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Sequence,4}  {lesion}  acquire {time.AcquireMilliseconds,6:0.0} ms  maps {time.ProcessMilliseconds,5:0.0} ms  overlay {time.InterpretMilliseconds,5:0.0} ms{alerts}"));
        if (_earlyOverlays.Remove(result.Id, out var png))
        {
            await folder.WriteOverlayAsync(result.Sequence, result.Id, png);
        }
    }

    private async Task TakeOverlayAsync(string resultId, byte[] png)
    {
        if (_sequences.TryGetValue(resultId, out var sequence))
        {
            await folder.WriteOverlayAsync(sequence, resultId, png);
        }
        else
        {
            _earlyOverlays[resultId] = png;
        }
    }

    private static T? Read<T>(DemoMessage message)
        where T : class => message.Payload.Length == 0 ? null : JsonSerializer.Deserialize<T>(message.Payload, HsiEdgeJson.Compact);
}
