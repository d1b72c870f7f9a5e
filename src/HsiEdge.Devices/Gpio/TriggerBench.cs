using HsiEdge.Core.Trigger;

namespace HsiEdge.Devices.Gpio;

/// <summary>
/// Measures how well a board keeps its pulses in time: pulses of the camera trigger, looped back to the line <c>exposureActive</c> and stamped by the kernel. What is
/// measured is the line itself, with everything that delays it: the scheduler, the driver, the chip.
/// </summary>
public static class TriggerBench
{
    private const int PulsesAtOnce = 200;
    private static readonly TimeSpan EdgePatience = TimeSpan.FromSeconds(1);

    /// <summary>Measures.</summary>
    /// <param name="pins">The board, with a wire from cameraTrigger to exposureActive.</param>
    /// <param name="pulses">The thread under test.</param>
    /// <param name="request">Which pulses.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PinFaultException">The board has no such lines, or no edge comes back: there is no wire.</exception>
    public static async Task<TriggerBenchReport> RunAsync(IBoardPins pins, IPulseEngine pulses, TriggerBenchRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pins);
        ArgumentNullException.ThrowIfNull(pulses);
        ArgumentNullException.ThrowIfNull(request);
        var output = pins.Output(Find(pins.Profile, PinRole.CameraTrigger));
        var input = Find(pins.Profile, PinRole.ExposureActive);
        await using var watch = pins.Watch([input]);
        var tally = new Tally(request);
        for (var sent = 0; sent < request.Pulses; sent += PulsesAtOnce)
        {
            var count = Math.Min(PulsesAtOnce, request.Pulses - sent);
            PinAction[] program =
            [
                .. Enumerable.Range(0, count).SelectMany(i => new PinAction[]
                {
                    new(i * request.SpacingMicroseconds, output, true),
                    new((i * request.SpacingMicroseconds) + request.WidthMicroseconds, output, false),
                }),
            ];
            tally.BeginProgram();
            await pulses.RunAsync(program, new PulseProgress(program.Length), cancellationToken);
            await CollectAsync(watch, tally, 2 * count, cancellationToken);
            if (tally.Edges == 0)
            {
                throw new PinFaultException(
                    $"{count} pulses were sent on {output.Line}, and no edge came back on {input}: wire the one to the other (through the opto-couplers as on the cart) and try again.");
            }
        }

        return tally.Report(pins.Profile);
    }

    private static async Task CollectAsync(IEdgeWatch watch, Tally tally, int expected, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(EdgePatience);
        try
        {
            for (long got = 0; got < expected;)
            {
                var edge = await watch.Edges.ReadAsync(patience.Token);
                got += 1 + edge.LostBefore;
                tally.Add(edge);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            tally.Missing(expected);
        }
    }

    private static PinLine Find(BoardProfile profile, PinRole role) =>
        profile.Find(role) ?? throw new PinFaultException($"Board profile '{profile.Name}' has no {role} line; the measurement needs cameraTrigger wired to exposureActive.");

    private sealed class Tally(TriggerBenchRequest request)
    {
        private const double NanosecondsPerMicrosecond = 1000;
        private readonly List<double> _widths = [];
        private readonly List<double> _spacings = [];
        private long? _rise;
        private int _inProgram;
        private long _lost;

        public int Edges { get; private set; }

        public void BeginProgram() => (_rise, _inProgram) = (null, 0);

        public void Add(PinEdge edge)
        {
            Edges++;
            _inProgram += 1;
            _lost += edge.LostBefore;
            if (edge.LostBefore > 0)
            {
                _rise = null;
            }

            if (!edge.Active)
            {
                if (_rise is { } begun)
                {
                    _widths.Add((edge.TimestampNanoseconds - begun) / NanosecondsPerMicrosecond);
                }

                return;
            }

            if (_rise is { } before)
            {
                _spacings.Add((edge.TimestampNanoseconds - before) / NanosecondsPerMicrosecond);
            }

            _rise = edge.TimestampNanoseconds;
        }

        public void Missing(int expected) => _lost += expected - _inProgram;

        public TriggerBenchReport Report(BoardProfile profile) => new(
            profile.Title,
            profile.Simulated,
            request,
            Edges,
            _lost,
            _widths.Count == 0 ? 0 : _widths.Min(),
            Percentiles.Of(_widths.Select(w => Math.Abs(w - request.WidthMicroseconds))),
            Percentiles.Of(_spacings.Select(s => Math.Abs(s - request.SpacingMicroseconds))),
            _spacings.Count == 0 ? 0 : _spacings.Min(),
            Histogram(_spacings.Select(s => Math.Abs(s - request.SpacingMicroseconds))));

        /// <summary>Bins that double in width: 0–1, 1–2, 2–4 µs and so on to the largest error.</summary>
        private static List<ErrorBin> Histogram(IEnumerable<double> errors)
        {
            var bins = new List<ErrorBin>();
            foreach (var error in errors)
            {
                var bin = error < 1 ? 0 : 1 + (int)Math.Floor(Math.Log2(error));
                while (bins.Count <= bin)
                {
                    bins.Add(new ErrorBin(bins.Count == 0 ? 0 : Math.Pow(2, bins.Count - 1), Math.Pow(2, bins.Count), 0));
                }

                bins[bin] = bins[bin] with { Count = bins[bin].Count + 1 };
            }

            return bins;
        }
    }
}

/// <summary>Which pulses are measured.</summary>
/// <param name="Pulses">How many, ≥ 1.</param>
/// <param name="WidthMicroseconds">Width in µs, &gt; 0.</param>
/// <param name="SpacingMicroseconds">From pulse to pulse in µs, more than the width.</param>
public sealed record TriggerBenchRequest(int Pulses, double WidthMicroseconds, double SpacingMicroseconds);

/// <summary>What was measured. Errors are distances from what was asked, without sign.</summary>
/// <param name="Board">Name of the board.</param>
/// <param name="Simulated">True when there was no board: the figures are those of this program alone.</param>
/// <param name="Request">What was asked.</param>
/// <param name="Edges">Edges that came back; twice the pulses when none is lost.</param>
/// <param name="LostEdges">Edges that did not.</param>
/// <param name="ShortestPulseMicroseconds">Narrowest pulse in µs.</param>
/// <param name="WidthError">Error of the width in µs.</param>
/// <param name="SpacingError">Error of the spacing in µs.</param>
/// <param name="ShortestSpacingMicroseconds">Shortest time from pulse to pulse in µs.</param>
/// <param name="SpacingHistogram">Errors of the spacing by size.</param>
public sealed record TriggerBenchReport(
    string Board,
    bool Simulated,
    TriggerBenchRequest Request,
    int Edges,
    long LostEdges,
    double ShortestPulseMicroseconds,
    Percentiles WidthError,
    Percentiles SpacingError,
    double ShortestSpacingMicroseconds,
    IReadOnlyList<ErrorBin> SpacingHistogram);

/// <summary>Errors from one size to another.</summary>
/// <param name="FromMicroseconds">From, in µs.</param>
/// <param name="ToMicroseconds">To, in µs.</param>
/// <param name="Count">How many.</param>
public sealed record ErrorBin(double FromMicroseconds, double ToMicroseconds, int Count);

/// <summary>Sizes that so many of a hundred values stay within.</summary>
/// <param name="P50">Half of them.</param>
/// <param name="P95">95 of a hundred.</param>
/// <param name="P99">99 of a hundred.</param>
/// <param name="P999">999 of a thousand.</param>
/// <param name="Max">All.</param>
public sealed record Percentiles(double P50, double P95, double P99, double P999, double Max)
{
    /// <summary>Takes them of values by the nearest rank.</summary>
    /// <param name="values">The values; none gives zeros.</param>
    public static Percentiles Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? new(0, 0, 0, 0, 0) : new(Rank(sorted, 0.5), Rank(sorted, 0.95), Rank(sorted, 0.99), Rank(sorted, 0.999), sorted[^1]);
    }

    private static double Rank(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
