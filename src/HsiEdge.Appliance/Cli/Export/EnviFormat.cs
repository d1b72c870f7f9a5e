using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Envi;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Cli.Export;

/// <summary>
/// A folder a result: <c>result.json</c>, <c>ledger.json</c>, <c>overlay.png</c>, and as ENVI images the class map, the probability map and, where
/// it was kept, the raw cube as <c>raw.hdr</c> with its data.
/// </summary>
/// <param name="target">Folder of the export.</param>
/// <param name="rawCubes">Whether to copy raw cubes.</param>
internal sealed class EnviFormat(string target, bool rawCubes) : IResultFormat
{
    /// <inheritdoc/>
    public async Task<MissingParts> WriteAsync(ResultStoreReader store, CaptureResult result, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(target, result.Id)).FullName;
        ResultFiles.WriteJson(Path.Combine(folder, "result.json"), ResultFiles.ToJson(result, null));
        if (await store.ReadLedgerAsync(result.Id, cancellationToken) is { } ledger)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "ledger.json"), JsonSerializer.Serialize(ledger, HsiEdgeJson.Indented) + "\n", cancellationToken);
        }

        var missing = MissingParts.None;
        if (await store.ReadOverlayAsync(result.Id, cancellationToken) is { } png)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, "overlay.png"), png, cancellationToken);
        }

        if (await store.ReadMapsAsync(result.Id, cancellationToken) is { } maps)
        {
            ResultFiles.WriteMaps(folder, maps.Classes, maps.Probabilities, maps.ModelClasses);
        }
        else
        {
            missing |= MissingParts.Maps;
        }

        return rawCubes && result.RawCubePath is { } raw && !await CopyRawCubeAsync(raw, folder, cancellationToken) ? missing | MissingParts.RawCube : missing;
    }

    /// <inheritdoc/>
    public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<bool> CopyRawCubeAsync(string headerPath, string folder, CancellationToken cancellationToken)
    {
        try
        {
            string data;
            using (var image = EnviImage.Open(headerPath))
            {
                data = image.DataPath;
            }

            var (header, copy) = (Path.Combine(folder, "raw.hdr"), Path.Combine(folder, "raw.img"));
            await CopyAsync(data, copy, cancellationToken);
            await CopyAsync(headerPath, header, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or BadInputException && !File.Exists(headerPath))
        {
            // Removed to make room, perhaps this very moment: no half cube is left.
            File.Delete(Path.Combine(folder, "raw.img"));
            return false;
        }
    }

    private static async Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        await using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await using var copy = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        await source.CopyToAsync(copy, cancellationToken);
    }
}
