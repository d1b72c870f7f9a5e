using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Cli.Export;

/// <summary>Writes results one by one into the files of an export. Disposing it before <see cref="CompleteAsync"/> gives the work up.</summary>
internal interface IResultFormat : IAsyncDisposable
{
    /// <summary>Writes one result.</summary>
    /// <param name="store">Where its ledger, maps and overlay are.</param>
    /// <param name="result">The result.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>What of it is no longer there.</returns>
    Task<MissingParts> WriteAsync(ResultStoreReader store, CaptureResult result, CancellationToken cancellationToken);

    /// <summary>Finishes and closes the files.</summary>
    Task CompleteAsync(CancellationToken cancellationToken);
}

/// <summary>What of an exported result is no longer there.</summary>
[Flags]
internal enum MissingParts
{
    /// <summary>Nothing that was asked for.</summary>
    None = 0,

    /// <summary>Maps and overlay: removed by the store to keep within its limits.</summary>
    Maps = 1,

    /// <summary>The raw cube: was kept once and is gone.</summary>
    RawCube = 2,
}
