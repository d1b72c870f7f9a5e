using System.Globalization;

namespace HsiEdge.Proofs;

/// <summary>The last line of a proof, such as <c>kill: runs=200 acknowledged=18345 lost=0 duplicates=0 unreadable=0</c>.</summary>
/// <param name="name">The proof.</param>
internal sealed class ProofLine(string name)
{
    /// <summary>Exit code of a wrong call.</summary>
    public const int WrongUsage = 2;

    private readonly List<string> _figures = [];
    private bool _failed;

    /// <summary>Adds a figure that may have any value.</summary>
    public ProofLine Figure(string key, object value)
    {
        _figures.Add(string.Create(CultureInfo.InvariantCulture, $"{key}={value}"));
        return this;
    }

    /// <summary>Adds a count that has to be 0: anything else fails the proof.</summary>
    public ProofLine Zero(string key, long count)
    {
        _failed |= count != 0;
        return Figure(key, count);
    }

    /// <summary>Adds a figure with what has to hold for it.</summary>
    public ProofLine Holds(string key, object value, bool holds)
    {
        _failed |= !holds;
        return Figure(key, value);
    }

    /// <summary>Prints the line.</summary>
    /// <returns>Exit code: 0 when everything held, else 1.</returns>
    public int Print()
    {
        Console.WriteLine($"{name}: {string.Join(' ', _figures)}");
        return _failed ? 1 : 0;
    }
}
