using System.Text;
using System.Text.Json;
using HsiEdge.Core;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>Verb and payload of a command, given to the handler itself: always an answer that can be written as JSON.</summary>
internal sealed class CommandTarget(CommandRig rig) : IFuzzTarget
{
    public IReadOnlyList<PartKind> Kinds { get; } = [PartKind.Text, PartKind.Json];

    public IReadOnlyList<string> Words => rig.Words;

    /// <summary>Makes one.</summary>
    public static async Task<IFuzzTarget> MakeAsync() => new CommandTarget(await CommandRig.MakeAsync());

    public IEnumerable<FuzzInput> Seeds() => rig.Good.Select(g => new FuzzInput([Encoding.UTF8.GetBytes(g.Verb), Encoding.UTF8.GetBytes(g.Payload)]));

    public async ValueTask<string> RunAsync(FuzzInput input)
    {
        var answer = await rig.Handler.HandleAsync(Encoding.UTF8.GetString(input.Parts[0]), input.Parts[1], CancellationToken.None);
        _ = JsonSerializer.SerializeToUtf8Bytes(answer, HsiEdgeJson.Compact);
        return answer.Ok ? $"read {answer.Data?.GetType().Name}" : "refused " + answer.Error;
    }

    public ValueTask DisposeAsync() => rig.DisposeAsync();
}
