using HsiEdge.Appliance.Trigger;
using HsiEdge.Core.Publish;
using HsiEdge.Delivery.Publish;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Watch;

/// <summary>What watches the box's own stages: their figures and their signs of life. Made before the stages and gone after them.</summary>
internal sealed class Instruments : IDisposable
{
    /// <summary>Makes them.</summary>
    /// <param name="time">Source of the time.</param>
    /// <param name="stageLimit">Longest silence of a stage at work.</param>
    public Instruments(TimeProvider time, TimeSpan stageLimit) => (Life, StageLimit) = (new Liveness(time), stageLimit);

    /// <summary>For jobs outside the worker: nobody looks. Made when first asked for, as two of the same instruments would be one to a listener.</summary>
    public static Instruments Unwatched => field ??= new(TimeProvider.System, TimeSpan.FromMinutes(1));

    /// <summary>Figures of the box.</summary>
    public BoxMetrics Box { get; } = new();

    /// <summary>Figures of the board's lines.</summary>
    public RoomMetrics Room { get; } = new();

    /// <summary>Figures of the store.</summary>
    public StoreMetrics Store { get; } = new();

    /// <summary>Figures of outbox and broker link.</summary>
    public PublishMetrics Publish { get; } = new();

    /// <summary>Signs of life.</summary>
    public Liveness Life { get; }

    /// <summary>Longest silence of a stage at work.</summary>
    public TimeSpan StageLimit { get; }

    /// <summary>Begins to watch a stage.</summary>
    /// <param name="stage">Its name.</param>
    /// <param name="period">How seldom it shows itself when all is well; zero for one that rests between works.</param>
    public Heartbeat Watch(string stage, TimeSpan period = default) => Life.Watch(stage, StageLimit + period);

    /// <inheritdoc/>
    public void Dispose()
    {
        Box.Dispose();
        Room.Dispose();
        Store.Dispose();
        Publish.Dispose();
    }
}
