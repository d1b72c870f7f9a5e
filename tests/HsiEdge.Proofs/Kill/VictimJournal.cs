using System.Text;
using HsiEdge.Core.Record;

namespace HsiEdge.Proofs.Kill;

/// <summary>
/// What the victim says of each write: a line before (what it is about to write) and a line after (that the store acknowledged it). Each line
/// is one write(2) to the pipe, shorter than PIPE_BUF: it arrives whole or not at all, and what the pipe has SIGKILL cannot take.
/// </summary>
internal sealed class VictimJournal : IDisposable
{
    private const int PipeBuffer = 4096;
    private readonly Stream _pipe = Console.OpenStandardOutput();
    private readonly Lock _gate = new();
    private long _number;
    private long _acknowledged;

    /// <summary>Writes acknowledged so far.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Says what is about to be written.</summary>
    /// <returns>Number for <see cref="Acknowledge"/>.</returns>
    public long Intend(string kind, params ReadOnlySpan<string> words)
    {
        var number = Interlocked.Increment(ref _number);
        Say($"I {number} {kind} {string.Join(' ', words)}");
        return number;
    }

    /// <summary>Says that the store acknowledged it.</summary>
    public void Acknowledge(long number)
    {
        Say($"A {number}");
        Interlocked.Increment(ref _acknowledged);
    }

    /// <summary>Messages as one word.</summary>
    public static string Word(IEnumerable<OutboxMessage> messages) => string.Join(',', messages.Select(m =>
        $"{m.Id}:{Fingerprint.Of(m.Payload)}:{(m is { Retain: true, Priority: MessagePriority.Low } ? 'o' : 'm')}")) is { Length: > 0 } word ? word : "-";

    /// <summary>Writes a line.</summary>
    public void Say(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        if (bytes.Length > PipeBuffer)
        {
            throw new InvalidOperationException($"A line of {bytes.Length} bytes may be torn on the pipe: {line}");
        }

        lock (_gate)
        {
            _pipe.Write(bytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pipe.Dispose();
}
