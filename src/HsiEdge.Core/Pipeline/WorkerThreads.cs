using System.Runtime.ExceptionServices;

namespace HsiEdge.Core.Pipeline;

/// <summary>
/// Runs a job on all workers: the first on the caller's thread, each other on a thread of its own that waits between jobs. Threads of
/// its own rather than the pool's, so that a cube never waits behind other work and a cube allocates nothing here.
/// </summary>
internal sealed class WorkerThreads : IDisposable
{
    private readonly TileWorker[] _workers;
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _start = new(0);
    private readonly SemaphoreSlim _finished = new(0);
    private readonly Lock _oneJob = new();
    private int _nextWorker;
    private CubeJob? _job;
    private volatile ExceptionDispatchInfo? _failure;
    private bool _disposed;

    public WorkerThreads(TileWorker[] workers)
    {
        _workers = workers;
        _threads = new Thread[workers.Length - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Serve) { IsBackground = true, Name = $"cube worker {i + 2}" };
            _threads[i].Start();
        }
    }

    /// <summary>Runs a job to its end.</summary>
    /// <exception cref="Exception">The first failure of any worker, after all have stopped.</exception>
    public void Run(CubeJob job)
    {
        lock (_oneJob)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _job = job;
            _failure = null;
            _nextWorker = 0;
            if (_threads.Length > 0)
            {
                _start.Release(_threads.Length);
            }

            Guard(_workers[0], job);
            for (var i = 0; i < _threads.Length; i++)
            {
                _finished.Wait();
            }

            _job = null;
            _failure?.Throw();
        }
    }

    public void Dispose()
    {
        lock (_oneJob)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            if (_threads.Length > 0)
            {
                _start.Release(_threads.Length);
            }

            foreach (var thread in _threads)
            {
                thread.Join();
            }

            _start.Dispose();
            _finished.Dispose();
        }
    }

    private void Serve()
    {
        while (true)
        {
            _start.Wait();
            if (_job is not { } job)
            {
                return;
            }

            // A quick thread may serve twice in one job; then it takes the worker that another would have taken.
            Guard(_workers[Interlocked.Increment(ref _nextWorker)], job);
            _finished.Release();
        }
    }

    private void Guard(TileWorker worker, CubeJob job)
    {
        try
        {
            worker.Run(job);
        }
#pragma warning disable CA1031 // Carried to the caller's thread and thrown there.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            job.Stop();
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        }
    }
}
