using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace HsiEdge.Appliance.Hosting;

/// <summary>SIGHUP: read the configuration again. Signals that come while one is being worked off are one more, not many.</summary>
internal sealed class Hangups : IDisposable
{
    private readonly Channel<byte> _waiting = Channel.CreateBounded<byte>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly bool _hadTerminal = !Console.IsInputRedirected;
    private readonly PosixSignalRegistration _registration;

    /// <summary>From now on the signal does not end the process any more.</summary>
    /// <param name="terminalGone">Called when it means that the terminal was closed under which a person runs the program.</param>
    public Hangups(Action terminalGone) => _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
    {
        context.Cancel = true;
        if (_hadTerminal && !HasTerminal())
        {
            terminalGone();
        }
        else
        {
            _waiting.Writer.TryWrite(0);
        }
    });

    /// <summary>Completes with each signal.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _waiting.Reader.ReadAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _registration.Dispose();

    private static bool HasTerminal()
    {
        try
        {
            using SafeFileHandle terminal = File.OpenHandle("/dev/tty", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
