using System.Runtime.CompilerServices;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Cli.Export;

/// <summary>
/// Stored results newest first, a page at a time, so that any number of them needs the memory of one page. Each page has the store open anew: a
/// reader delays the service's checkpoints only as long as a page takes. Results recorded meanwhile are newer than the first page and stay out.
/// </summary>
/// <param name="open">Opens the store.</param>
/// <param name="pageResults">Results a page, at most.</param>
internal sealed class ResultPages(Func<CancellationToken, Task<ResultStoreReader>> open, int pageResults = 200)
{
    /// <summary>Results left out because they are damaged on disk.</summary>
    public SortedSet<string> Damaged { get; } = new(StringComparer.Ordinal);

    /// <summary>Each page with the reader that it came from.</summary>
    /// <param name="query">Which; its limit is for all pages together.</param>
    /// <param name="cancellationToken">Stops between pages.</param>
    public async IAsyncEnumerable<ResultPage> ReadAsync(ResultQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The store keeps times to the millisecond: the next page begins with the last page's last one, less what was had of it.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var (to, left, room) = (query.ToUtc, query.Limit, pageResults);
        while (left > 0)
        {
            await using var reader = await open(cancellationToken);
            var limit = Math.Min(room, left) + seen.Count;
            var found = await reader.ListAsync(query with { ToUtc = to, Limit = limit }, cancellationToken);
            var damaged = reader.DamagedResultIds;
            Damaged.UnionWith(damaged);
            var page = found.Where(r => !seen.Contains(r.Id)).ToList();
            if (page.Count > 0)
            {
                yield return new ResultPage(reader, page);
            }

            if (found.Count + damaged.Count < limit)
            {
                yield break;
            }

            left -= page.Count;
            room = page.Count > 0 ? pageResults : room * 2;
            if (page.Count > 0)
            {
                var last = Milliseconds(page[^1]);
                if (to != last.AddMilliseconds(1))
                {
                    (to, seen) = (last.AddMilliseconds(1), new HashSet<string>(StringComparer.Ordinal));
                }

                seen.UnionWith(found.Where(r => Milliseconds(r) == last).Select(r => r.Id));
            }
        }
    }

    private static DateTimeOffset Milliseconds(CaptureResult result) => DateTimeOffset.FromUnixTimeMilliseconds(result.CapturedUtc.ToUnixTimeMilliseconds());
}

/// <summary>Results of one page.</summary>
/// <param name="Reader">Open until the next page is asked for.</param>
/// <param name="Results">Newest first.</param>
internal sealed record ResultPage(ResultStoreReader Reader, IReadOnlyList<CaptureResult> Results);
