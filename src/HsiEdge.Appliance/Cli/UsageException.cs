namespace HsiEdge.Appliance.Cli;

/// <summary>A command line that parses but makes no sense; exit code 2.</summary>
/// <param name="message">What was found, what was expected.</param>
internal sealed class UsageException(string message) : Exception(message);
