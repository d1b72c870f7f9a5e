namespace HsiEdge.Testing;

/// <summary>Counts what a piece of code allocates on the calling thread.</summary>
public static class Allocations
{
    /// <summary>
    /// Bytes of the run that allocated least. A collection during a run moves a thread's count by its unused 8 KiB, either way; what the
    /// code itself allocates is in every run.
    /// </summary>
    /// <param name="run">The code, warmed up already.</param>
    /// <param name="runs">Number of runs.</param>
    public static long LeastOf(Action run, int runs = 8)
    {
        var least = long.MaxValue;
        for (var i = 0; i < runs; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            run();
            least = Math.Min(least, Math.Abs(GC.GetAllocatedBytesForCurrentThread() - before));
        }

        return least;
    }
}
