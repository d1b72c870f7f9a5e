using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace HsiEdge.Testing;

/// <summary>
/// A filter wheel at the far end of a <see cref="PseudoTerminal"/>: takes lines <c>POS n</c> and <c>OFF</c> ended by CR and answers <c>OK n</c>, unless the
/// script says something else, or nothing.
/// </summary>
public sealed class ScriptedFilterWheel : IDisposable
{
    private readonly PseudoTerminal _line = PseudoTerminal.Open();
    private readonly ConcurrentQueue<Action<PseudoTerminal, string>> _script = new();
    private readonly Thread _thread;
    private volatile bool _stopping;

    public ScriptedFilterWheel(string linkPath)
    {
        _line.Link(linkPath);
        _thread = new Thread(Serve) { IsBackground = true, Name = "filter wheel" };
        _thread.Start();
    }

    /// <summary>Every command that came, without its end.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    public long Position { get; private set; } = -1;

    /// <summary>What the next command meets instead of its answer.</summary>
    public void Then(Action<PseudoTerminal, string> answer) => _script.Enqueue(answer);

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        _line.Dispose();
    }

    private void Serve()
    {
        var received = new StringBuilder();
        while (!_stopping)
        {
            if (!_line.WaitForInput(20))
            {
                // A line that nobody has open reports a hang-up at once.
                Thread.Sleep(5);
                continue;
            }

            received.Append(_line.Read());
            while (received.ToString().IndexOf('\r', StringComparison.Ordinal) is >= 0 and var end)
            {
                var command = received.ToString(0, end);
                received.Remove(0, end + 1);
                Obey(command);
            }
        }
    }

    private void Obey(string command)
    {
        Commands.Enqueue(command);
        if (_script.TryDequeue(out var answer))
        {
            answer(_line, command);
            return;
        }

        Position = command == "OFF" ? -1 : long.Parse(command.AsSpan(4), CultureInfo.InvariantCulture);
        _line.Write($"OK {Position}\r\n");
    }
}
