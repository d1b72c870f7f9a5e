using CsCheck;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;
using Xunit;

namespace HsiEdge.Tests.Interpret;

/// <summary>Random histories of four places that are too far apart to be mistaken for each other, against a plain count of each place.</summary>
public sealed class AlertTrackerModelTests
{
    private static readonly Gen<(int Kind, int Mask, int Size)> Step = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 15], Gen.Int[0, 2]);

    [Fact]
    public void Every_history_follows_the_hysteresis_exactly() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 4], Step.Array[0, 60]).Sample(
            (raiseAfter, endAfter, steps) =>
            {
                var options = new InterpretOptions { RaiseAfterCubes = raiseAfter, EndAfterCubes = endAfter };
                var ids = new UlidGenerator(TimeProvider.System);
                var tracker = new AlertTracker(options, ids, []);
                var places = Enumerable.Range(0, 4).Select(_ => new Place()).ToArray();
                var history = new Dictionary<string, List<AlertTransitionKind>>(StringComparer.Ordinal);
                for (var cube = 0; cube < steps.Length; cube++)
                {
                    var (kind, mask, size) = steps[cube];
                    IReadOnlyList<AlertTransition> transitions;
                    switch (kind)
                    {
                        case 0:
                            // A restart: lesions that have not raised an alert yet start over.
                            tracker = new AlertTracker(options, ids, [.. tracker.Open]);
                            foreach (var place in places.Where(p => !p.Open))
                            {
                                place.Seen = 0;
                            }

                            continue;
                        case 1:
                            transitions = tracker.Observe($"R{cube}", null, Time(cube), Findings(mask, size), inhibited: true);
                            Assert.Empty(transitions);
                            continue;
                        case 2:
                            transitions = tracker.Open.Count > 0 && tracker.Acknowledge(tracker.Open[mask % tracker.Open.Count].Id, "P", Time(cube)) is { } one ? [one] : [];
                            break;
                        case 3 when size == 0:
                            transitions = tracker.EndAll("its case ended", Time(cube));
                            Assert.Equal(places.Count(p => p.Open), transitions.Count);
                            Array.ForEach(places, p => p.Reset());
                            break;
                        default:
                            transitions = tracker.Observe($"R{cube}", null, Time(cube), Findings(mask, size), inhibited: false);
                            var expected = places.SelectMany((p, i) => p.Observe((mask & (1 << i)) != 0, raiseAfter, endAfter, i)).Order().ToArray();
                            var actual = transitions.Where(t => t.Kind is AlertTransitionKind.Raised or AlertTransitionKind.Ended)
                                .Select(t => (PlaceOf(t.After.Finding), t.Kind)).Order().ToArray();
                            Assert.Equal(expected, actual);
                            break;
                    }

                    Record(history, transitions);
                    Assert.Equal(places.Count(p => p.Open), tracker.Open.Count);
                    Assert.Equal(tracker.Open.Select(a => a.Id).Order(StringComparer.Ordinal), tracker.Open.Select(a => a.Id));
                }

                Assert.All(history.Values, AssertLifeOfAnAlert);
            },
            iter: 3000);

    private static void Record(Dictionary<string, List<AlertTransitionKind>> history, IReadOnlyList<AlertTransition> transitions)
    {
        foreach (var transition in transitions)
        {
            Assert.Equal(transition.Kind == AlertTransitionKind.Raised, transition.Before is null);
            Assert.Equal(transition.Kind == AlertTransitionKind.Ended, transition.After.State == AlertState.Ended);
            Assert.NotEmpty(transition.Reason);
            if (transition.Kind == AlertTransitionKind.Raised)
            {
                // Throws when the identifier is not new.
                history.Add(transition.After.Id, []);
            }

            history[transition.After.Id].Add(transition.Kind);
        }
    }

    private static void AssertLifeOfAnAlert(List<AlertTransitionKind> life)
    {
        Assert.Equal(AlertTransitionKind.Raised, life[0]);
        Assert.All(life.Skip(1).SkipLast(1), k => Assert.True(k is AlertTransitionKind.Updated or AlertTransitionKind.Acknowledged));
        Assert.True(life.Count(k => k == AlertTransitionKind.Acknowledged) <= 1);
        Assert.True(life.Count(k => k == AlertTransitionKind.Raised) == 1);
    }

    private static DateTimeOffset Time(int cube) => DateTimeOffset.UnixEpoch.AddSeconds(cube);

    private static int PlaceOf(Finding finding) => (int)finding.Centroid.Line / 1000;

    private static Finding[] Findings(int mask, int size) =>
        [.. Enumerable.Range(0, 4).Where(i => (mask & (1 << i)) != 0).Select(i => new Finding(
            i + 1, "A", 50 + (50 * size), null, 0.8, 0.9, new PixelPoint((1000 * i) + size, 10), [new PixelPoint((1000 * i) + size, 10)]))];

    private sealed class Place
    {
        public int Seen { get; set; }

        public int Missed { get; private set; }

        public bool Open { get; private set; }

        public void Reset() => (Seen, Missed, Open) = (0, 0, false);

        public IEnumerable<(int, AlertTransitionKind)> Observe(bool here, int raiseAfter, int endAfter, int index)
        {
            Seen = here ? Seen + 1 : 0;
            Missed = here ? 0 : Missed + 1;
            if (Open && Missed >= endAfter)
            {
                Reset();
                return [(index, AlertTransitionKind.Ended)];
            }

            if (!Open && Seen >= raiseAfter)
            {
                Open = true;
                return [(index, AlertTransitionKind.Raised)];
            }

            return [];
        }
    }
}
