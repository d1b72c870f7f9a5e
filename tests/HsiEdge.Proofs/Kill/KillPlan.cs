using System.Globalization;

namespace HsiEdge.Proofs.Kill;

/// <summary>Where in the victim's life SIGKILL comes.</summary>
internal enum KillPoint
{
    /// <summary>From outside, a random time after the store was opened.</summary>
    Time,

    /// <summary>While the store opens: recovery of the log, making of files and indexes.</summary>
    Open,

    /// <summary>In the middle of a write to the log: half of it is there.</summary>
    Write,

    /// <summary>Before or after a sync of the log.</summary>
    Sync,

    /// <summary>Between two operations of a checkpoint.</summary>
    Checkpoint,

    /// <summary>Around the cut of the log.</summary>
    Cut,

    /// <summary>In a clean stop.</summary>
    Stop,
}

/// <summary>What is done to one victim.</summary>
/// <param name="Seed">Of what the victim writes.</param>
/// <param name="Point">Where it dies.</param>
/// <param name="Operation">At which of that point's operations of the block files, from 0; without meaning for <see cref="KillPoint.Time"/>.</param>
/// <param name="Acknowledgements">Writes acknowledged before the time begins that <paramref name="After"/> tells: a slow machine proves as much as a fast one.</param>
/// <param name="After">From then to SIGKILL (<see cref="KillPoint.Time"/>) or to the clean stop (<see cref="KillPoint.Stop"/>).</param>
/// <param name="Publishes">Whether it sends its messages meanwhile.</param>
/// <param name="AheadHours">How far its wall clock is ahead: what is older than a day expires.</param>
internal sealed record KillPlan(int Seed, KillPoint Point, int Operation, int Acknowledgements, TimeSpan After, bool Publishes, int AheadHours)
{
    /// <summary>A victim that sends all that waits and stops, unharmed.</summary>
    public static KillPlan Drain(int aheadHours) => new(0, KillPoint.Stop, int.MaxValue, 0, TimeSpan.Zero, Publishes: true, aheadHours) { Drains = true };

    /// <summary>True: it writes nothing, sends all that waits, and stops.</summary>
    public bool Drains { get; init; }

    /// <summary>Draws a plan: the points are equally likely, a point in time twice so: 0…300 ms after the opening, or soon after 1…150 acknowledgements.</summary>
    public static KillPlan Draw(Random random, int aheadHours)
    {
        var points = Enum.GetValues<KillPoint>();
        var point = points[Math.Max(0, random.Next(-1, points.Length))];
        var operation = point switch
        {
            KillPoint.Open => random.Next(24),
            KillPoint.Write or KillPoint.Sync => random.Next(300),
            KillPoint.Checkpoint => random.Next(500),
            KillPoint.Cut => random.Next(12),
            _ => random.Next(160),
        };
        var acknowledgements = point is KillPoint.Time or KillPoint.Stop && random.Next(2) == 0 ? random.Next(1, 150) : 0;
        var after = TimeSpan.FromMilliseconds(random.Next(acknowledgements > 0 ? 20 : 300));
        return new KillPlan(random.Next(), point, operation, acknowledgements, after, random.Next(2) == 0, aheadHours);
    }

    /// <summary>As arguments of the victim.</summary>
    public IEnumerable<string> ToArguments() => new object[] { Seed, Point, Operation, Acknowledgements, (int)After.TotalMilliseconds, Publishes, AheadHours, Drains }
        .Select(a => Convert.ToString(a, CultureInfo.InvariantCulture)!);

    /// <summary>Reads the arguments back.</summary>
    public static KillPlan Parse(IReadOnlyList<string> a) => new(
        Number(a[0]), Enum.Parse<KillPoint>(a[1]), Number(a[2]), Number(a[3]), TimeSpan.FromMilliseconds(Number(a[4])), bool.Parse(a[5]), Number(a[6]))
    { Drains = bool.Parse(a[7]) };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
