namespace HsiEdge.Proofs.Clock;

/// <summary>What the clock proof has seen.</summary>
internal sealed class ClockAccount
{
    /// <summary>Starts of the cart.</summary>
    public int Starts { get; private set; }

    /// <summary>Steps of the clock.</summary>
    public int Steps { get; private set; }

    /// <summary>Steps after which nothing arrived.</summary>
    public int Silent { get; private set; }

    /// <summary>Connections that the broker took from the cart.</summary>
    public int Connections { get; set; }

    /// <summary>Counts a start.</summary>
    public void Start() => Starts++;

    /// <summary>Messages said to be late that were not.</summary>
    public long FalselyHistorical { get; private set; }

    /// <summary>Counts a step, what arrived after it, and how much of it claimed to be late. After a start what the killed process left is late.</summary>
    public void Step(int arrived, long historical)
    {
        Steps++;
        FalselyHistorical += historical;
        Silent += arrived == 0 ? 1 : 0;
    }
}
