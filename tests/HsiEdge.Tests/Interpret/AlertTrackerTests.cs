using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;
using Xunit;

namespace HsiEdge.Tests.Interpret;

public sealed class AlertTrackerTests
{
    private static readonly InterpretOptions Options = new() { RaiseAfterCubes = 2, EndAfterCubes = 3, MatchDistanceDiameters = 1 };
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);
    private int _cube;

    [Fact]
    public void An_alert_is_raised_after_enough_consecutive_cubes_and_ends_after_enough_without()
    {
        var tracker = Tracker();
        Assert.Empty(See(tracker, At(10, 10)));
        var raised = Assert.Single(See(tracker, At(10, 10)));
        Assert.Equal(AlertTransitionKind.Raised, raised.Kind);
        Assert.Null(raised.Before);
        Assert.Equal("seen in 2 consecutive cubes", raised.Reason);
        Assert.True(UlidGenerator.IsUlid(raised.After.Id));
        Assert.Empty(See(tracker));
        Assert.Empty(See(tracker));
        Assert.Equal(2, Assert.Single(tracker.Open).MissedCubes);
        var ended = Assert.Single(See(tracker));
        Assert.Equal(AlertTransitionKind.Ended, ended.Kind);
        Assert.Equal(AlertState.Ended, ended.After.State);
        Assert.Equal(raised.After.Id, ended.After.Id);
        Assert.Empty(tracker.Open);
    }

    [Fact]
    public void A_gap_starts_the_count_over()
    {
        var tracker = Tracker();
        Assert.Empty(See(tracker, At(10, 10)));
        Assert.Empty(See(tracker));
        Assert.Empty(See(tracker, At(10, 10)));
        Assert.Single(See(tracker, At(10, 10)));
    }

    [Fact]
    public void A_sighting_in_time_keeps_the_alert()
    {
        var tracker = Raised(At(10, 10));
        See(tracker);
        See(tracker);
        Assert.Empty(See(tracker, At(10, 10)));
        See(tracker);
        Assert.Empty(See(tracker));
        Assert.Single(tracker.Open);
    }

    [Fact]
    public void Inhibited_cubes_are_as_if_they_had_not_been()
    {
        var tracker = Tracker();
        See(tracker, At(10, 10));
        Assert.Empty(tracker.Observe("R", "C", Start, [At(10, 10)], inhibited: true));
        Assert.Empty(tracker.Observe("R", "C", Start, [], inhibited: true));
        Assert.Single(See(tracker, At(10, 10)));
        for (var i = 0; i < 5; i++)
        {
            Assert.Empty(tracker.Observe("R", "C", Start, [], inhibited: true));
        }

        Assert.Equal(0, Assert.Single(tracker.Open).MissedCubes);
    }

    [Theory]
    [InlineData(100, 10.0, 0.80, null)]
    [InlineData(119, 10.0, 0.80, null)]
    [InlineData(121, 10.0, 0.80, "area changed by +21 %")]
    [InlineData(79, 10.0, 0.80, "area changed by -21 %")]
    [InlineData(100, 12.8, 0.80, null)]
    [InlineData(100, 12.9, 0.80, "moved by 2.9 pixels")]
    [InlineData(100, 10.0, 0.89, null)]
    [InlineData(100, 10.0, 0.69, "mean probability changed by -0.11")]
    public void Only_notable_changes_update(int pixels, double line, double probability, string? reason)
    {
        var tracker = Raised(At(10, 10, 100, 0.8));
        var transitions = See(tracker, At(line, 10, pixels, probability));
        if (reason is null)
        {
            Assert.Empty(transitions);
            return;
        }

        var updated = Assert.Single(transitions);
        Assert.Equal(AlertTransitionKind.Updated, updated.Kind);
        Assert.Equal(reason, updated.Reason);
        Assert.Equal(pixels, updated.After.Finding.PixelCount);
        Assert.Equal(100, updated.Before!.Finding.PixelCount);
    }

    [Fact]
    public void Slow_changes_add_up_to_an_update()
    {
        var tracker = Raised(At(10, 10, 100));
        Assert.Empty(See(tracker, At(10, 10, 110)));
        Assert.Empty(See(tracker, At(10, 10, 120)));
        Assert.Equal(AlertTransitionKind.Updated, Assert.Single(See(tracker, At(10, 10, 130))).Kind);
    }

    [Fact]
    public void Acknowledging_is_once_and_keeps_the_alert_open_through_updates()
    {
        var tracker = Raised(At(10, 10, 100));
        var id = tracker.Open[0].Id;
        Assert.Null(tracker.Acknowledge("other", "Dr X", Start));
        var acknowledged = tracker.Acknowledge(id, "Dr X", Start);
        Assert.Equal("Dr X", acknowledged!.After.AcknowledgedBy);
        Assert.Equal(AlertState.Acknowledged, acknowledged.After.State);
        Assert.Null(tracker.Acknowledge(id, "Dr X", Start));
        var updated = Assert.Single(See(tracker, At(10, 10, 150)));
        Assert.Equal(AlertState.Acknowledged, updated.After.State);
        Assert.Equal(AlertTransitionKind.Ended, Assert.Single(tracker.EndAll("its case ended", Start)).Kind);
        Assert.Empty(tracker.Open);
    }

    [Fact]
    public void Lesions_side_by_side_keep_their_own_alerts()
    {
        var tracker = Raised(At(10, 10), At(10, 40));
        var (left, right) = (tracker.Open[0].Id, tracker.Open[1].Id);

        // Both move right by less than the distance between them; given in the other order.
        var updates = See(tracker, At(10, 45), At(10, 15));
        Assert.Equal([left, right], updates.Select(u => u.After.Id));
        Assert.Equal([15.0, 45.0], updates.Select(u => u.After.Finding.Centroid.Sample));
    }

    [Fact]
    public void A_finding_of_another_class_or_too_far_away_is_another_lesion()
    {
        var tracker = Raised(At(10, 10));
        Assert.Empty(See(tracker, At(10, 10) with { ClassName = "B" }, At(10, 30)));
        Assert.Equal(1, tracker.Open[0].MissedCubes);
        Assert.Equal(2, See(tracker, At(10, 10) with { ClassName = "B" }, At(10, 30)).Count(t => t.Kind == AlertTransitionKind.Raised));
    }

    [Fact]
    public void Overlapping_regions_are_the_same_lesion_however_far_the_centroids()
    {
        var tracker = Raised(Rectangle(0, 0, 10, 100, samplesOfCentroid: 50));
        Assert.Equal(AlertTransitionKind.Updated, Assert.Single(See(tracker, Rectangle(2, 95, 4, 4, samplesOfCentroid: 97))).Kind);
        var apart = Raised(Rectangle(0, 0, 10, 100, samplesOfCentroid: 50));
        Assert.Empty(See(apart, Rectangle(2, 150, 4, 4, samplesOfCentroid: 152)));
        Assert.Equal(1, apart.Open[0].MissedCubes);
    }

    [Fact]
    public void A_tracker_restored_from_stored_alerts_goes_on_exactly()
    {
        var tracker = Raised(At(10, 10, 100), At(10, 60, 100));
        tracker.Acknowledge(tracker.Open[1].Id, "Dr X", Start);
        See(tracker, At(10, 10, 115));
        See(tracker, At(10, 10, 115));
        var restored = new AlertTracker(Options, new UlidGenerator(TimeProvider.System), [.. tracker.Open]);
        foreach (var findings in new Finding[][] { [At(10, 10, 125)], [], [At(10, 60, 100)], [], [], [] })
        {
            var expected = See(tracker, findings);
            _cube--;
            var actual = See(restored, findings);
            Assert.Equal(expected, actual);
            Assert.Equal(tracker.Open, restored.Open);
        }
    }

    [Fact]
    public void Another_case_has_its_own_lesions()
    {
        var tracker = Tracker();
        tracker.Observe("R1", "C1", Start, [At(10, 10)], false);
        Assert.Empty(tracker.Observe("R2", "C2", Start, [At(10, 10)], false));
    }

    private static Finding At(double line, double sample, int pixels = 100, double probability = 0.8) =>
        new(1, "A", pixels, null, probability, probability, new PixelPoint(line, sample), [new PixelPoint(Math.Round(line), Math.Round(sample))]);

    private static Finding Rectangle(int line, int sample, int lines, int samples, double samplesOfCentroid) =>
        new(1, "A", lines * samples, null, 0.8, 0.8, new PixelPoint(line + ((lines - 1) / 2.0), samplesOfCentroid),
            [new PixelPoint(line, sample), new PixelPoint(line, sample + samples - 1), new PixelPoint(line + lines - 1, sample + samples - 1), new PixelPoint(line + lines - 1, sample)]);

    private static AlertTracker Tracker() => new(Options, new UlidGenerator(TimeProvider.System), []);

    private AlertTracker Raised(params Finding[] findings)
    {
        var tracker = Tracker();
        See(tracker, findings);
        Assert.Equal(findings.Length, See(tracker, findings).Count);
        return tracker;
    }

    private IReadOnlyList<AlertTransition> See(AlertTracker tracker, params Finding[] findings)
    {
        _cube++;
        return tracker.Observe($"R{_cube}", "C", Start.AddSeconds(_cube), findings, inhibited: false);
    }
}
