using Spectre.Console;

namespace HsiEdge.Appliance.Cli;

/// <summary>
/// Progress of work that takes long: nothing within the first two seconds; then a bar where standard error is a terminal, and a plain line
/// every tenth part where it is not.
/// </summary>
internal static class WorkProgress
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs work on another thread and shows how far it is.</summary>
    /// <param name="console">Where.</param>
    /// <param name="what">What is done, such as "classifying".</param>
    /// <param name="work">The work; reports 0…1.</param>
    /// <param name="cancellationToken">Given to the thread pool; the work watches it itself.</param>
    public static Task<T> RunAsync<T>(CliConsole console, string what, Func<IProgress<double>, T> work, CancellationToken cancellationToken) =>
        WatchAsync(console, what, progress => Task.FromResult(work(progress)), cancellationToken);

    /// <summary>As the other, of work that waits for the disk.</summary>
    public static async Task<T> WatchAsync<T>(CliConsole console, string what, Func<IProgress<double>, Task<T>> work, CancellationToken cancellationToken)
    {
        var share = new LatestShare();
        var running = Task.Run(() => work(share), cancellationToken);
        await Task.WhenAny(running, Task.Delay(Silence, console.Time, CancellationToken.None));
        if (!running.IsCompleted)
        {
            await (console.IsErrorTerminal ? DrawBarAsync(console, what, share, running) : WriteLinesAsync(console, what, share, running));
        }

        return await running;
    }

    private static async Task DrawBarAsync(CliConsole console, string what, LatestShare share, Task running)
    {
        var screen = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(console.Error) });
        await screen.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(what));
                while (!running.IsCompleted)
                {
                    bar.Value = 100 * share.Value;
                    await Task.WhenAny(running, Task.Delay(Period, console.Time, CancellationToken.None));
                }
            });
    }

    private static async Task WriteLinesAsync(CliConsole console, string what, LatestShare share, Task running)
    {
        var tenths = -1;
        while (!running.IsCompleted)
        {
            var now = (int)(10 * share.Value);
            if (now > tenths)
            {
                tenths = now;
                await console.Error.WriteLineAsync($"{what}: {10 * now} %");
            }

            await Task.WhenAny(running, Task.Delay(Period, console.Time, CancellationToken.None));
        }
    }

    private sealed class LatestShare : IProgress<double>
    {
        private double _value;

        public double Value => Volatile.Read(ref _value);

        public void Report(double value) => Volatile.Write(ref _value, Math.Clamp(value, 0, 1));
    }
}
