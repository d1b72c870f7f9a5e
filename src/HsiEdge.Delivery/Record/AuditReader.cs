using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using HsiEdge.Core;
using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Record;

/// <summary>Reads and verifies an audit log without changing it, also while the worker writes.</summary>
public static class AuditReader
{
    /// <summary>Faults listed before the rest is only counted.</summary>
    public const int MostFaults = 100;

    private const int LongestLine = 4 << 20;

    /// <summary>Whether there is anything of an audit log in a folder.</summary>
    public static bool Exists(string folder) => new AuditPaths(folder) is var paths && (File.Exists(paths.Log) || File.Exists(paths.Head));

    /// <summary>What <c>audit.head</c> says; null where it says nothing or cannot be read as a head.</summary>
    /// <param name="folder">The data folder.</param>
    public static AuditHead? ReadHead(string folder)
    {
        var anchors = new List<AuditAnchor>();
        ReadHead(new AuditPaths(folder).Head, anchors);
        return anchors is [var newest, ..] ? newest.Head : null;
    }

    /// <summary>All whole entries, oldest first; lines that are none are left out.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="BadInputException">There is no audit log, or this user may not read it.</exception>
    public static async IAsyncEnumerable<AuditEntry> ReadAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in LinesAsync(Open(new AuditPaths(folder).Log), cancellationToken))
        {
            if (line.Whole && AuditLine.TryRead(line.Bytes, out var entry, out _))
            {
                yield return entry!;
            }
        }
    }

    /// <summary>Goes through the whole chain.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="anchors">Heads kept elsewhere, besides <c>audit.head</c>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="BadInputException">This user may not read it.</exception>
    public static async Task<AuditVerification> VerifyAsync(string folder, IReadOnlyList<AuditAnchor> anchors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(anchors);
        var paths = new AuditPaths(folder);
        var all = new List<AuditAnchor>(anchors);

        // Before the log: an entry that is written meanwhile is then in the log at least.
        var headIsReadable = ReadHead(paths.Head, all);
        var chain = new AuditChain(all);
        if (File.Exists(paths.Log))
        {
            await foreach (var line in LinesAsync(Open(paths.Log), cancellationToken))
            {
                chain.Take(line.Bytes, line.Whole);
            }
        }

        return chain.End(headIsReadable, File.Exists(paths.Head));
    }

    private static bool ReadHead(string path, List<AuditAnchor> anchors)
    {
        if (!File.Exists(path))
        {
            return true;
        }

        try
        {
            using var file = DiskFile.OpenReadable(path);
            var (heads, whole) = AuditHeadFile.Read(file);
            anchors.AddRange(heads.Select(h => new AuditAnchor("audit.head", h)));
            return whole;
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unreadable(path, e);
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInputException(
                $"{Path.GetDirectoryName(path)} holds no audit log ({Path.GetFileName(path)} is missing). Run the service once, or name the folder that it uses (Store:DataFolder, --data-folder).", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unreadable(path, e);
        }
    }

    private static BadInputException Unreadable(string path, UnauthorizedAccessException e) =>
        new($"{path} cannot be read: {e.Message} Run this as a user who may read it.", e);

    /// <summary>Lines without their line feed; the last one is not whole where its line feed is missing. One that is too long comes empty.</summary>
    private static async IAsyncEnumerable<(byte[] Bytes, bool Whole)> LinesAsync(FileStream file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(file, new StreamPipeReaderOptions(bufferSize: 1 << 16));
        try
        {
            var tooLong = false;
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken);
                var buffer = read.Buffer;
                while (buffer.PositionOf((byte)'\n') is { } at)
                {
                    yield return (tooLong ? [] : buffer.Slice(0, at).ToArray(), true);
                    tooLong = false;
                    buffer = buffer.Slice(buffer.GetPosition(1, at));
                }

                if (read.IsCompleted)
                {
                    if (buffer.Length > 0)
                    {
                        yield return (buffer.ToArray(), false);
                    }

                    yield break;
                }

                tooLong |= buffer.Length > LongestLine;
                reader.AdvanceTo(tooLong ? buffer.End : buffer.Start, buffer.End);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }
}
