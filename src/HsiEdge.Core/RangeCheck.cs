using Microsoft.Extensions.Options;

namespace HsiEdge.Core;

/// <summary>Collects what is out of range in one section of the configuration; each message names the key, the value found and the range.</summary>
public sealed class RangeCheck
{
    private readonly string _section;
    private readonly List<string> _failures = [];

    /// <summary>Starts a check.</summary>
    /// <param name="section">Name of the section, such as <c>Processing</c>.</param>
    public RangeCheck(string section) => _section = section;

    /// <summary>Demands a number within a range, both ends included.</summary>
    /// <param name="key">Key within the section.</param>
    /// <param name="value">Value found.</param>
    /// <param name="lowest">Lowest accepted.</param>
    /// <param name="highest">Highest accepted.</param>
    public void Between(string key, double value, double lowest, double highest)
    {
        if (!(value >= lowest && value <= highest))
        {
            _failures.Add($"{_section}:{key} is {value}; expected {lowest} to {highest}.");
        }
    }

    /// <summary>The verdict.</summary>
    public ValidateOptionsResult Result() => _failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_failures);
}
