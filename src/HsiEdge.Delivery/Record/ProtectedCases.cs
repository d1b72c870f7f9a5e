using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// Cases of which the store removes nothing, in a file of their own (<c>protected.json</c>), so that they can be named whether or not the service runs. The
/// store holds the lock while it chooses and removes: once a case is protected, nothing of it goes any more.
/// </summary>
public sealed class ProtectedCases
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly string _path;
    private readonly string _lockPath;

    /// <summary>Those of a data folder.</summary>
    /// <param name="dataFolder">Absolute path; it exists.</param>
    public ProtectedCases(string dataFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(dataFolder);
        _path = Path.Combine(dataFolder, "protected.json");
        _lockPath = Path.Combine(dataFolder, "protected.lock");
    }

    /// <summary>The cases, in order.</summary>
    /// <exception cref="StoreFaultException">The file is there but cannot be read: nothing may be removed then.</exception>
    public IReadOnlyList<string> Read()
    {
        try
        {
            if (!File.Exists(_path))
            {
                return [];
            }

            var file = JsonSerializer.Deserialize<ProtectedFile>(File.ReadAllBytes(_path), HsiEdgeJson.Strict)!;
            return file.Sha256 is null || file.Sha256 == ProtectedFile.HashOf(file.Cases)
                ? [.. file.Cases.Order(StringComparer.Ordinal)]
                : throw new JsonException("its cases do not fit its sha256.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or NullReferenceException or ArgumentNullException)
        {
            throw new StoreFaultException(
                $"{_path} cannot be read: {exception.Message} Nothing is removed until it can. Mend it (expected {{\"cases\": [\"CASE\"]}}), or remove it and protect the cases again.", exception);
        }
    }

    /// <summary>Protects a case, durably.</summary>
    /// <returns>False when it already was.</returns>
    /// <exception cref="StoreFaultException">It could not be written.</exception>
    public Task<bool> AddAsync(string caseId, CancellationToken cancellationToken) =>
        ChangeAsync(cases => cases.Add(caseId), cancellationToken);

    /// <summary>Protects a case no longer, durably.</summary>
    /// <returns>False when it was not.</returns>
    /// <exception cref="StoreFaultException">It could not be written.</exception>
    public Task<bool> RemoveAsync(string caseId, CancellationToken cancellationToken) =>
        ChangeAsync(cases => cases.Remove(caseId), cancellationToken);

    /// <summary>Holds the list still; null when somebody is changing it.</summary>
    internal IDisposable? TryHold()
    {
        var held = FileLock.TryTakeExclusive(_lockPath);
        if (held is not null)
        {
            FileOwner.FollowFolder(_lockPath);
        }

        return held;
    }

    private async Task<bool> ChangeAsync(Func<HashSet<string>, bool> change, CancellationToken cancellationToken)
    {
        using var held = await HoldAsync(cancellationToken);
        var cases = Read().ToHashSet(StringComparer.Ordinal);
        if (!change(cases))
        {
            return false;
        }

        try
        {
            AtomicFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(ProtectedFile.Of([.. cases.Order(StringComparer.Ordinal)]), HsiEdgeJson.Compact));
            FileOwner.FollowFolder(_path);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreFaultException($"{_path} could not be written: {exception.Message} Nothing was changed; run this as a user who may write the data folder, or free the disk.", exception);
        }
    }

    private async Task<IDisposable> HoldAsync(CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                if (TryHold() is { } held)
                {
                    return held;
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new StoreFaultException($"{_lockPath} cannot be used: {exception.Message} Run this as a user who may write the data folder.", exception);
            }

            if (TimeProvider.System.GetElapsedTime(begin) > Patience)
            {
                throw new StoreFaultException($"{_lockPath} was held for {Patience.TotalSeconds:0} s by another hsiedge process. Try again.");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    // Without a hash it was written by hand.
    private sealed record ProtectedFile(IReadOnlyList<string> Cases, string? Sha256)
    {
        public static ProtectedFile Of(IReadOnlyList<string> cases) => new(cases, HashOf(cases));

        public static string HashOf(IReadOnlyList<string> cases) =>
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', cases))));
    }
}
