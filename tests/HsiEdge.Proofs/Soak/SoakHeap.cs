using System.Globalization;

namespace HsiEdge.Proofs.Soak;

/// <summary>The box's managed heap by its own word: what the runtime's figures on the metrics endpoint say of the last collection.</summary>
internal sealed class SoakHeap(int port) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")), Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>
    /// What objects took after the last collection, in MB: the heap's size less its holes. Unlike the resident set it does not grow when the collector merely
    /// gives the machine's free memory more use; NaN while the endpoint does not answer.
    /// </summary>
    public async Task<double> ReadAsync()
    {
        try
        {
            var lines = (await _client.GetStringAsync(new Uri("metrics", UriKind.Relative))).Split('\n');
            return (Sum(lines, "dotnet_gc_last_collection_heap_size_bytes{") - Sum(lines, "dotnet_gc_last_collection_heap_fragmentation_size_bytes{")) / 1e6;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return double.NaN;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static double Sum(string[] lines, string start) => lines.Where(l => l.StartsWith(start, StringComparison.Ordinal))
        .Sum(l => double.Parse(l[(l.IndexOf('}', StringComparison.Ordinal) + 2)..].Split(' ')[0], CultureInfo.InvariantCulture));
}
