using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace HsiEdge.ModelBuilder.Cli;

/// <summary>
/// Shows work on the error stream once it has taken two seconds: a bar when that is a terminal, otherwise a plain line a quarter of the way.
/// </summary>
internal sealed class WorkProgress : IProgress<double>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private readonly TextWriter _error;
    private readonly string _name;
    private readonly ProgressTask? _bar;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();
    private int _quarter;

    private WorkProgress(TextWriter error, string name, ProgressTask? bar)
    {
        _error = error;
        _name = name;
        _bar = bar;
    }

    /// <summary>Runs work and shows its progress.</summary>
    /// <typeparam name="T">What the work gives.</typeparam>
    /// <param name="terminal">Where to.</param>
    /// <param name="name">What is being done.</param>
    /// <param name="work">Receives the share done, 0…1.</param>
    public static T Run<T>(Terminal terminal, string name, Func<IProgress<double>, T> work)
    {
        if (!ReferenceEquals(terminal.Error, Console.Error) || Console.IsErrorRedirected)
        {
            return work(new WorkProgress(terminal.Error, name, bar: null));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => work(new WorkProgress(terminal.Error, name, context.AddTask(Markup.Escape(name), maxValue: 1))));
    }

    /// <inheritdoc/>
    public void Report(double value)
    {
        lock (_gate)
        {
            if (_bar is not null)
            {
                _bar.Value = value;
                return;
            }

            var quarter = (int)(4 * value);
            if (quarter > _quarter && Stopwatch.GetElapsedTime(_started) > Patience)
            {
                _error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_name}: {25 * quarter} %"));
            }

            _quarter = Math.Max(_quarter, quarter);
        }
    }
}
