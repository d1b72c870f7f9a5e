using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace HsiEdge.Proofs.Broker;

/// <summary>
/// A consumer that is not ours: mosquitto_sub with a session of its own, connected to the broker directly. What it prints is what arrived, in order.
/// </summary>
internal sealed partial class BrokerConsumer : IAsyncDisposable
{
    private const string ClientId = "proof-consumer";
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _results = [];
    private readonly HashSet<(string Topic, ulong Hash)> _contents = [];
    private readonly Dictionary<string, List<string>> _first = new(StringComparer.Ordinal);

    private BrokerConsumer(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Messages received, duplicates counted.</summary>
    public long Received { get; private set; }

    /// <summary>Contents that came under more than one id: duplicates that dropping by id leaves.</summary>
    public long DuplicatesAfterDedup { get; private set; }

    /// <summary>Messages received that claim to be late.</summary>
    public long Historical { get; private set; }

    /// <summary>The largest age that a message came with, in ms.</summary>
    public long LargestAgeMilliseconds { get; private set; }

    /// <summary>ULIDs of the results in the order of their first arrival.</summary>
    public IReadOnlyList<string> ResultIds
    {
        get
        {
            lock (_gate)
            {
                return [.. _results];
            }
        }
    }

    /// <summary>Ids received, once each.</summary>
    public int Distinct
    {
        get
        {
            lock (_gate)
            {
                return _ids.Count;
            }
        }
    }

    /// <summary>Starts it; it connects again by itself for as long as it runs.</summary>
    public static BrokerConsumer Start(int port) => new(Process.Start(new ProcessStartInfo(
        "stdbuf",
        [
            "-oL", "mosquitto_sub", "-V", "5", "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-i", ClientId, "-c", "-x", "86400", "-q", "1",
            "-t", "hsiedge/+/+/+/result", "-t", "hsiedge/+/+/+/ledger", "-t", "hsiedge/+/+/+/alert/+", "-F", "%t|%P|%p",
        ])
    { RedirectStandardOutput = true, UseShellExecute = false }) ?? throw new InvalidOperationException("mosquitto_sub did not start."));

    /// <summary>Whether an id has arrived.</summary>
    public bool Has(string id)
    {
        lock (_gate)
        {
            return _ids.Contains(id);
        }
    }

    /// <summary>Ids of a topic in the order of their first arrival.</summary>
    public IReadOnlyList<string> FirstArrivals(string topicEnd)
    {
        lock (_gate)
        {
            return [.. _first.Where(f => f.Key.EndsWith(topicEnd, StringComparison.Ordinal)).SelectMany(f => f.Value)];
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            Take(line);
        }
    }

    private void Take(string line)
    {
        var parts = line.Split('|', 3);
        if (parts.Length < 3 || IdPattern().Match(parts[1]) is not { Success: true } match)
        {
            return;
        }

        lock (_gate)
        {
            Received++;
            var id = match.Groups[1].Value;
            Historical += parts[1].Contains("historical:true", StringComparison.Ordinal) ? 1 : 0;
            LargestAgeMilliseconds = Math.Max(LargestAgeMilliseconds, long.Parse(AgePattern().Match(parts[1]).Groups[1].Value, CultureInfo.InvariantCulture));
            if (!_ids.Add(id))
            {
                return;
            }

            if (parts[0].EndsWith("/result", StringComparison.Ordinal))
            {
                _results.Add(ResultPattern().Match(parts[2]).Groups[1].Value);
            }

            if (parts[2].Length > 0 && !_contents.Add((parts[0], Hash(parts[2]))))
            {
                DuplicatesAfterDedup++;
            }

            if (!_first.TryGetValue(parts[0], out var ids))
            {
                _first[parts[0]] = ids = [];
            }

            ids.Add(id);
        }
    }

    private static ulong Hash(string text) => BitConverter.ToUInt64(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex(@"(?:^| )id:([0-9A-Z]{26})(?: |$)")]
    private static partial Regex IdPattern();

    [GeneratedRegex(@"ageMilliseconds:(\d+)")]
    private static partial Regex AgePattern();

    [GeneratedRegex("\"id\":\"([0-9A-Z]{26})\"")]
    private static partial Regex ResultPattern();
}
