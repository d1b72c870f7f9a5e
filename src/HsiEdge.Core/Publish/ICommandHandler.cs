namespace HsiEdge.Core.Publish;

/// <summary>Carries out the commands that arrive over MQTT (<c>command/&lt;verb&gt;</c>).</summary>
public interface ICommandHandler
{
    /// <summary>Carries out one command. Never throws for what the sender did: the answer says it.</summary>
    /// <param name="verb">The last level of the topic, such as <c>capture</c>.</param>
    /// <param name="payload">The JSON bytes, perhaps empty.</param>
    /// <param name="cancellationToken">The box is stopping.</param>
    /// <returns>The answer for the response topic.</returns>
    Task<CommandAnswer> HandleAsync(string verb, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);
}

/// <summary>Answer to a command: the payload on its response topic.</summary>
/// <param name="SchemaVersion">1.</param>
/// <param name="Verb">The command.</param>
/// <param name="Ok">Whether it was carried out.</param>
/// <param name="Error">What was found, what was expected and what to do, when not; else null.</param>
/// <param name="Data">What the command gives back, or null.</param>
public sealed record CommandAnswer(int SchemaVersion, string Verb, bool Ok, string? Error, object? Data)
{
    /// <summary>Carried out.</summary>
    public static CommandAnswer Done(string verb, object? data = null) => new(1, verb, true, null, data);

    /// <summary>Not carried out.</summary>
    public static CommandAnswer Refused(string verb, string error) => new(1, verb, false, error, null);
}
