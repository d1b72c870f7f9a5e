using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Core.Record;

namespace HsiEdge.Core.Pipeline;

/// <summary>Keeps raw cubes as ENVI files beside the store, when the plan says so: <c>&lt;result id&gt;.hdr</c> and <c>.img</c>.</summary>
public sealed class RawCubeFolder
{
    private readonly string _folder;

    /// <summary>Keeps cubes in a folder.</summary>
    /// <param name="folder">Absolute path; made when the first cube is kept.</param>
    public RawCubeFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
    }

    /// <summary>Writes a cube, when it asks to be kept and is raw.</summary>
    /// <param name="cube">The cube.</param>
    /// <param name="resultId">ULID of its result: the name of the files.</param>
    /// <returns>The files, or null. Disposing it before <see cref="KeptRawCube.Commit"/> removes them: no raw cube without its result.</returns>
    /// <exception cref="StoreFaultException">It could not be written; nothing of it is left.</exception>
    public KeptRawCube? Keep(AcquiredCube cube, string resultId)
    {
        ArgumentNullException.ThrowIfNull(cube);
        if (!cube.StoreRawCube || cube.Cube is not RawCube raw)
        {
            return null;
        }

        var kept = new KeptRawCube(Path.Combine(_folder, resultId + ".hdr"));
        try
        {
            Directory.CreateDirectory(_folder);
            EnviWriter.WriteRaw(kept.HeaderPath, raw);
            return kept;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            kept.Dispose();
            throw new StoreFaultException($"The raw cube {kept.HeaderPath} could not be written: {e.Message} Free space there, or set storeRawCube to false in the scan plan.", e);
        }
    }
}

/// <summary>The files of one raw cube whose result is not yet durable.</summary>
public sealed class KeptRawCube : IDisposable
{
    private bool _committed;

    internal KeptRawCube(string headerPath) => HeaderPath = headerPath;

    /// <summary>Path of the ENVI header.</summary>
    public string HeaderPath { get; }

    /// <summary>The result is durable: the files stay.</summary>
    public void Commit() => _committed = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_committed)
        {
            return;
        }

        try
        {
            File.Delete(HeaderPath);
            File.Delete(EnviWriter.DataPathFor(HeaderPath));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A disk that takes nothing any more removes nothing either. Why the capture failed is being said; a raw cube without its result goes
            // with the next sweep of the store.
        }
    }
}
