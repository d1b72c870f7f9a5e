using System.Text;
using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Cli.Export;

/// <summary>
/// JSON Lines: one result a line as <c>result.json</c> has it (docs/schemas/replay-result.schema.json), UTF-8 without a mark; with ledgers
/// also the member <c>triggerLedger</c>: every pulse and every frame.
/// </summary>
/// <param name="output">Receives the lines; disposed with this.</param>
/// <param name="ledgers">Whether to add the ledgers.</param>
internal sealed class JsonLinesFormat(Stream output, bool ledgers) : IResultFormat
{
    /// <summary>Its file.</summary>
    public const string FileName = "results.jsonl";

    private readonly StreamWriter _writer = new(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };

    /// <inheritdoc/>
    public async Task<MissingParts> WriteAsync(ResultStoreReader store, CaptureResult result, CancellationToken cancellationToken)
    {
        var json = ResultFiles.ToJson(result, null);
        if (ledgers && await store.ReadLedgerAsync(result.Id, cancellationToken) is { } ledger)
        {
            json["triggerLedger"] = JsonSerializer.SerializeToNode(ledger, HsiEdgeJson.Compact);
        }

        await _writer.WriteLineAsync(json.ToJsonString(HsiEdgeJson.Compact).AsMemory(), cancellationToken);
        return MissingParts.None;
    }

    /// <inheritdoc/>
    public Task CompleteAsync(CancellationToken cancellationToken) => _writer.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();
}
