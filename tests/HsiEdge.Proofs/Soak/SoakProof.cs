using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HsiEdge.Testing;

namespace HsiEdge.Proofs.Soak;

/// <summary>
/// The whole box as a process, for minutes or hours, at twice the demo's rate (4 captures/s instead of 2): the simulated camera, a real Mosquitto, a dashboard, outages,
/// readers and commands beside. All figures are taken from outside; nothing may be lost, and nothing may grow.
/// </summary>
internal sealed class SoakProof : IAsyncDisposable
{
    private const int DefaultMinutes = 5;
    private const string Prefix = "hsiedge/v1/soak/cart/";
    private const int IntervalMilliseconds = 250;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    private readonly TimeSpan _length;
    private readonly TemporaryFolder _folder = new();
    private readonly List<ProcSample> _samples = [];
    private readonly MosquittoBroker _broker;
    private readonly TcpProxy _proxy;
    private readonly SoakConsumer _consumer;
    private readonly SoakOutages _outages;
    private readonly SoakReaders _readers;
    private readonly int _metricsPort = MosquittoBroker.FreePort();
    private readonly SoakHeap _heap;
    private readonly SoakBox _box;
    private readonly long _begun = Stopwatch.GetTimestamp();
    private long _largestLogBytes;
    private long _outageEnd;
    private bool _outageIsNear;
    private int _hangUps;

    private SoakProof(TimeSpan length, MosquittoBroker broker, SoakConsumer consumer)
    {
        _length = length;
        _broker = broker;
        _consumer = consumer;
        _proxy = new TcpProxy(broker.Port);
        _outages = new SoakOutages(_proxy);
        _readers = new SoakReaders(Data, _folder.File("exports"));
        _heap = new SoakHeap(_metricsPort);
        _box = SoakBox.Start(WriteConfiguration());
    }

    private string Data => _folder.File("data");

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_begun);

    /// <summary>Runs the proof.</summary>
    /// <param name="arguments">Minutes; none for CI's length.</param>
    /// <returns>Exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var minutes = (double)DefaultMinutes;
        if (arguments.Count > 1 || (arguments.Count == 1 && !(double.TryParse(arguments[0], CultureInfo.InvariantCulture, out minutes) && minutes is >= 2 and <= 10_000)))
        {
            await Console.Error.WriteLineAsync("Usage: HsiEdge.Proofs soak [MINUTES], 2 to 10000.");
            return ProofLine.WrongUsage;
        }

        var broker = await MosquittoBroker.StartAsync("max_queued_messages 0");
        var consumer = await SoakConsumer.ConnectAsync(broker.Port, Prefix);
        await using var proof = new SoakProof(TimeSpan.FromMinutes(minutes), broker, consumer);
        return await proof.RunAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _box.DisposeAsync();
        _heap.Dispose();
        await _consumer.DisposeAsync();
        await _proxy.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<int> RunAsync()
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"soak: {_length.TotalMinutes:0.#} minutes, a capture each {IntervalMilliseconds} ms (twice the demo's rate), broker on port {_broker.Port}, box is process {_box.Id}"));
        using var ending = new CancellationTokenSource();
        Task[] beside = [KeepAsync(BreakAsync, ending.Token), KeepAsync(ReadAsync, ending.Token), KeepAsync(AskAsync, ending.Token), KeepAsync(HangUpAsync, ending.Token)];
        while (Elapsed < _length && !_box.HasEnded)
        {
            await Task.Delay(Tick);
            await WatchAsync();
        }

        await ending.CancelAsync();
        await Task.WhenAll(beside);
        if (_box.HasEnded)
        {
            Console.WriteLine($"The box has ended by itself. Its last lines:\n{_box.Tail}");
            return new ProofLine("soak").Figure("seconds", (int)Elapsed.TotalSeconds).Zero("ended", 1).Print();
        }

        await DrainAsync();
        var unanswered = _consumer.Unanswered(TimeSpan.Zero);
        await _box.SignalAsync("TERM");
        var exitCode = await _box.WaitForEndAsync(Quiet);
        return await new SoakVerdict(_length, _samples, _box, _consumer, _readers, exitCode, unanswered, _largestLogBytes).PrintAsync(Data, _outages.Count, _hangUps);
    }

    private static async Task KeepAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The soak ends.
        }
    }

    // Outages of 5 to 60 s, in a soak of minutes one a minute, in one of hours one each five minutes; none in the last minute.
    private async Task BreakAsync(CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromSeconds(Math.Clamp(_length.TotalSeconds / 24, 40, 300));
        for (var n = 0; Elapsed + pause + TimeSpan.FromSeconds(70) < _length; n++)
        {
            await Task.Delay(pause - Ahead, cancellationToken);
            _outageIsNear = true;
            await Task.Delay(Ahead, cancellationToken);
            await _outages.RunAsync(TimeSpan.FromSeconds(_length.TotalMinutes < 20 ? 12 : new[] { 15, 20, 60 }[n / 3 % 3]), cancellationToken);
            _outageEnd = Stopwatch.GetTimestamp();
            _outageIsNear = false;
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(20), cancellationToken);
            await _readers.ReadAsync(_box.Stored is { Count: > 0 } stored ? stored[^1].Id : null);
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        for (var n = 1; ; n++)
        {
            await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
            // What is on its way when the link breaks may be lost: an answer is told at most once.
            var whole = !_outageIsNear && !_outages.IsDown && Stopwatch.GetElapsedTime(_outageEnd) > Quiet && _outages.Count > 0;
            var (verb, payload) = (n % 4) switch
            {
                0 => ("set-case", string.Create(CultureInfo.InvariantCulture, $$"""{"caseId": "SOAK-{{n / 40}}"}""")),
                1 => ("capture", ""),
                2 => ("query-results", """{"limit": 20}"""),
                _ => ("capture", """{"no": "such member"}"""),
            };
            await _consumer.AskAsync(verb, payload, whole);
        }
    }

    private async Task HangUpAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(90), cancellationToken);
            if (ProcSample.TakesHangUp(_box.Id))
            {
                _hangUps++;
                await _box.SignalAsync("HUP");
            }
        }
    }

    private async Task WatchAsync()
    {
        var log = new FileInfo(Path.Combine(Data, "results.wal"));
        var logBytes = log.Exists ? log.Length : 0;
        _largestLogBytes = Math.Max(_largestLogBytes, logBytes);
        if (_samples.Count > 0 && Elapsed.TotalSeconds - _samples[^1].Seconds < 10)
        {
            return;
        }

        if (ProcSample.Read(_box.Id, Elapsed.TotalSeconds, await _heap.ReadAsync()) is { } sample)
        {
            _samples.Add(sample);
            var recent = _box.Stored.Where(s => Stopwatch.GetElapsedTime(s.SeenAt) < TimeSpan.FromSeconds(60)).Select(s => s.Milliseconds).ToList();
            var counts = _consumer.Counts;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{sample.Seconds,6:0} s  rss {sample.ResidentMegabytes:0.0} MB (anonymous {sample.AnonymousMegabytes:0.0}, objects {sample.HeapMegabytes:0.0})  files {sample.Files}  threads {sample.Threads}  load {sample.Load:0.0}  stored {_box.Stored.Count}  results received {_consumer.Results.Count}  last minute p50 {SoakFigures.Quantile(recent, 0.5):0} ms p99 {SoakFigures.Quantile(recent, 0.99):0} ms  log {logBytes / 1e6:0.0} MB  data {DataMegabytes():0} MB  answers {counts.Answered}  outages {_outages.Count}{(_outages.IsDown ? " (down now)" : "")}"));
        }
    }

    // Files come and go while they are counted.
    private double DataMegabytes() => new DirectoryInfo(Data).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => File.Exists(f.FullName) ? Length(f) : 0) / 1e6;

    private static long Length(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    // Captures go on; the backlog of an outage has to be gone.
    private async Task DrainAsync()
    {
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < Quiet; await Task.Delay(Tick))
        {
            var received = _consumer.Results;
            if (_box.Stored.Count - received.Count < 8 && _consumer.Unanswered(TimeSpan.Zero) == 0)
            {
                return;
            }
        }
    }

    private string WriteConfiguration()
    {
        // So small a quota that pruning is at work for most of the time: of raw cubes in a short soak, of maps in a long one (raw cubes would write 15 MB/s for hours).
        var isShort = _length.TotalMinutes < 30;
        File.WriteAllText(_folder.File("plan.json"), JsonSerializer.Serialize(new
        {
            name = "soak-96",
            wavelengths = new { firstNanometres = 1000, lastNanometres = 1600, bands = 96 },
            exposureMicroseconds = 1000,
            pixelPitchMillimetres = 0.2,
            storeRawCube = isShort,
        }));
        var path = _folder.File("soak.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            Appliance = new { Site = "soak", Cart = "cart" },
            Camera = new { Source = "phantom", FramePeriodMilliseconds = 1.0, PlanPath = _folder.File("plan.json") },
            Trigger = new { IntervalMilliseconds },
            Metrics = new { PrometheusEnabled = true, Port = _metricsPort },
            Store = new { DataFolder = Data, QuotaMebibytes = isShort ? 256 : 1024 },
            Mqtt = new { Host = "127.0.0.1", _proxy.Port, MaximumReconnectDelaySeconds = 5, AcknowledgeTimeoutSeconds = 5, KeepAliveSeconds = 5 },
        }));
        return path;
    }
}
