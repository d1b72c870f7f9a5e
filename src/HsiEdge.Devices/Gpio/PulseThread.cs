using System.Diagnostics;
using System.Runtime.InteropServices;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.Gpio;

/// <summary>
/// A thread that does nothing but drive lines at planned times: it sleeps until shortly before each action, then spins. Real-time priority, a CPU of its
/// own and locked memory are used where the system permits them, and said once where it does not. No interval between two actions is shorter than nine tenths of
/// the planned one, however late the thread was woken: a pulse keeps its width, a light its time to settle.
/// </summary>
public sealed class PulseThread : IPulseEngine
{
    // Waking up takes tens of µs on a stock kernel: the rest is spun.
    private const long SpinNanoseconds = 120_000;

    // So that a cancelled program ends within a millisecond.
    private const long LongestSleepNanoseconds = 500_000;
    private const double NanosecondsPerMicrosecond = 1000;

    // A late action pushes those after it rather than eat up a pulse's width or a light's settling; what it costs is made up a tenth at a time.
    private const double LeastShareOfInterval = 0.9;

    private readonly PulseThreadOptions _options;
    private readonly ILogger<PulseThread> _log;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Job? _job;
    private int _busy;
    private volatile bool _stopping;

    /// <summary>Starts the thread.</summary>
    /// <param name="options">Priority, CPU and memory.</param>
    /// <param name="log">Told what the system does not permit.</param>
    public PulseThread(PulseThreadOptions options, ILogger<PulseThread> log)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Priority);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Priority, 99);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Cpu, -1);
        if (Stopwatch.Frequency != 1_000_000_000)
        {
            throw new PlatformNotSupportedException($"The clock has {Stopwatch.Frequency} ticks a second; pulses need CLOCK_MONOTONIC in nanoseconds.");
        }

        _options = options;
        _log = log;
        new Thread(Work) { IsBackground = true, Name = "pulses" }.Start();
    }

    /// <inheritdoc/>
    public Task RunAsync(IReadOnlyList<PinAction> program, PulseProgress progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(progress);
        ObjectDisposedException.ThrowIf(_stopping, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(program.Count, progress.Capacity);
        for (var i = 0; i < program.Count; i++)
        {
            var previous = i == 0 ? 0 : program[i - 1].OffsetMicroseconds;
            if (!(program[i].OffsetMicroseconds >= previous))
            {
                throw new ArgumentException($"Action {i} is due {program[i].OffsetMicroseconds} µs after the beginning, before {previous} µs.", nameof(program));
            }
        }

        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            throw new InvalidOperationException("A pulse program is under way; one at a time.");
        }

        progress.Reset();
        var job = new Job(program, progress, cancellationToken);
        Volatile.Write(ref _job, job);
        ObjectDisposedException.ThrowIf(_ended.Task.IsCompleted && Interlocked.Exchange(ref _job, null) is not null, this);
        _wake.Release();
        return job.Ended.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_stopping)
        {
            _stopping = true;
            _wake.Release();
        }

        await _ended.Task;
        _wake.Dispose();
    }

    private void Work()
    {
        Settle();
        while (true)
        {
            _wake.Wait();
            if (Interlocked.Exchange(ref _job, null) is { } job)
            {
                Execute(job);
            }
            else if (_stopping)
            {
                // A program handed over at the last moment is not carried out, and its caller learns of it.
                Interlocked.Exchange(ref _job, null)?.End(fault: null, cancelled: true);
                _ended.SetResult();
                return;
            }
        }
    }

    private void Execute(Job job)
    {
        Exception? fault = null;
        var cancelled = false;
        try
        {
            cancelled = !Drive(job);
        }
#pragma warning disable CA1031 // Whatever it is, the lines go inactive and the caller learns of it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            fault = e;
        }

        if (fault is not null || cancelled)
        {
            fault = MakeInactive(job.Program) ?? fault;
        }

        Volatile.Write(ref _busy, 0);
        job.End(fault, cancelled);
    }

    /// <summary>The loop itself: allocates nothing.</summary>
    /// <returns>False when it was cancelled.</returns>
    private bool Drive(Job job)
    {
        var (program, progress) = (job.Program, job.Progress);
        var begun = Stopwatch.GetTimestamp();
        var previous = begun;
        for (var i = 0; i < program.Count; i++)
        {
            var action = program[i];
            var interval = action.OffsetMicroseconds - (i == 0 ? 0 : program[i - 1].OffsetMicroseconds);
            var due = Math.Max(
                begun + (long)(action.OffsetMicroseconds * NanosecondsPerMicrosecond),
                previous + (long)(interval * NanosecondsPerMicrosecond * LeastShareOfInterval));
            if (!WaitUntil(due, job.Cancellation))
            {
                return false;
            }

            // Stamped before the write: a thread that is put aside right after it must not make the pulse later than the exposure it caused, for which
            // the ledger would drop the capture. The next action keeps its distance from the end of the write, so that a slow line eats up no pulse.
            var at = Stopwatch.GetTimestamp();
            action.Pin.Set(action.Active);
            previous = Stopwatch.GetTimestamp();
            progress.Add(at);
        }

        return true;
    }

    private bool WaitUntil(long due, CancellationToken cancellation)
    {
        while (true)
        {
            if (cancellation.IsCancellationRequested || _stopping)
            {
                return false;
            }

            var now = Stopwatch.GetTimestamp();
            if (now >= due)
            {
                return true;
            }

            if (due - now > SpinNanoseconds)
            {
                RealTime.SleepUntil(Math.Min(due - SpinNanoseconds, now + LongestSleepNanoseconds));
            }
        }
    }

    private static PinFaultException? MakeInactive(IReadOnlyList<PinAction> program)
    {
        PinFaultException? fault = null;
        for (var i = 0; i < program.Count; i++)
        {
            try
            {
                program[i].Pin.Set(false);
            }
#pragma warning disable CA1031 // The other lines are made inactive whatever this one does.
            catch (Exception e)
#pragma warning restore CA1031
            {
                fault = e as PinFaultException ?? new PinFaultException($"Line {program[i].Pin.Line} could not be made inactive: {e.Message}", e);
            }
        }

        return fault;
    }

    private void Settle()
    {
        if (_options.Priority > 0 && RealTime.UseFifo(_options.Priority) is not 0 and var refused)
        {
            PulseLog.NotRealTime(_log, _options.Priority, Text(refused));
        }

        if (_options.Cpu >= 0 && RealTime.BindTo(_options.Cpu) is not 0 and var unbound)
        {
            PulseLog.NotBound(_log, _options.Cpu, Text(unbound));
        }

        if (_options.LockMemory && RealTime.LockMemory() is not 0 and var unlocked)
        {
            PulseLog.NotLocked(_log, Text(unlocked));
        }
    }

    private static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);

    private sealed record Job(IReadOnlyList<PinAction> Program, PulseProgress Progress, CancellationToken Cancellation)
    {
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End(Exception? fault, bool cancelled)
        {
            if (fault is not null)
            {
                Ended.SetException(fault);
            }
            else if (cancelled)
            {
                Ended.SetCanceled(Cancellation.IsCancellationRequested ? Cancellation : new CancellationToken(canceled: true));
            }
            else
            {
                Ended.SetResult();
            }
        }
    }
}
