using System.Runtime.CompilerServices;
using HsiEdge.Core.Acquire;

namespace HsiEdge.Tests.Acquire;

/// <summary>A camera that hands out the frames a test writes, each after an action of the test's (moving a clock, waiting).</summary>
internal sealed class ScriptedCamera(TimeProvider time, int lines, int samples) : IBandCamera
{
    private readonly Queue<IReadOnlyList<Step>> _captures = new();

    public CameraIdentity Identity { get; } = new("scripted", "S-1", Synthetic: true);

    public int Lines => lines;

    public int Samples => samples;

    public double SaturationCounts => 16383;

    public bool Disposed { get; private set; }

    public bool Stopped { get; private set; }

    /// <summary>Counts of a pixel: different for every capture, band and pixel.</summary>
    public static ushort Counts(int capture, int band, int pixel) => (ushort)((capture * 5000) + (band * 100) + pixel);

    public void Enqueue(params IReadOnlyList<Step> steps) => _captures.Enqueue(steps);

    public Task OpenAsync(ScanSchedule schedule, CancellationToken cancellationToken) => Task.CompletedTask;

    public async IAsyncEnumerable<BandFrame> CaptureAsync(ScanSchedule schedule, ICapturePulses pulses, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (sent, taken) = (0, 0);
        try
        {
            foreach (var step in _captures.Dequeue())
            {
                // A frame of the plan is one that was triggered, and so were those before it.
                var last = Math.Min(step.Answers ?? taken, schedule.Steps.Count - 1);
                taken++;
                while (sent <= last)
                {
                    pulses.Sent(sent++, time.GetTimestamp());
                }

                await step.Before(cancellationToken);
                yield return step.Frame(time.GetTimestamp());
            }
        }
        finally
        {
            Stopped = cancellationToken.IsCancellationRequested;
        }
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }

    /// <summary>A good frame.</summary>
    public Step Good(int capture, int band, ulong id, bool complete = true, Action? before = null) => new(
        _ =>
        {
            before?.Invoke();
            return Task.CompletedTask;
        },
        timestamp => new BandFrame(band, id, 0, timestamp, complete, Pixels(capture, band)))
    { Answers = band };

    /// <summary>A good frame of a camera that does not say the step: only number and time tell.</summary>
    public Step Silent(ulong id, ushort[] pixels) => new(_ => Task.CompletedTask, timestamp => new BandFrame(null, id, 0, timestamp, true, pixels));

    public ushort[] Pixels(int capture, int band) => [.. Enumerable.Range(0, lines * samples).Select(p => Counts(capture, band, p))];

    internal sealed record Step(Func<CancellationToken, Task> Before, Func<long, BandFrame> Frame)
    {
        /// <summary>Step whose pulse must be out; null for the next.</summary>
        public int? Answers { get; init; }
    }
}
