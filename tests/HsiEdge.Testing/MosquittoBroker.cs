using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HsiEdge.Testing;

/// <summary>
/// A real Mosquitto on a free loopback port with a configuration of its own in a temporary folder. It can be killed and started again on the
/// same port; it persists nothing, as Mosquitto's default is. A machine without Mosquitto fails the test, it never skips it.
/// </summary>
public sealed class MosquittoBroker : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private string[] _configuration;
    private Process? _process;

    private MosquittoBroker(int port, string[] configuration) => (Port, _configuration) = (port, configuration);

    /// <summary>TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Starts a broker.</summary>
    /// <param name="configuration">Further lines of its configuration, within the listener.</param>
    public static async Task<MosquittoBroker> StartAsync(params string[] configuration)
    {
        var broker = new MosquittoBroker(FreePort(), configuration);
        await broker.StartAgainAsync();
        return broker;
    }

    /// <summary>Starts it again on the same port.</summary>
    public async Task StartAgainAsync()
    {
        if (_process is not null)
        {
            throw new InvalidOperationException("The broker runs already.");
        }

        var file = await WriteConfigurationAsync();
        _process = Process.Start(new ProcessStartInfo(FindProgram(), ["-c", file]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("mosquitto did not start.");
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        foreach (var port in _configuration.Select(l => l.Split(' ')).Where(w => w[0] == "listener").Select(w => int.Parse(w[1], CultureInfo.InvariantCulture)).Prepend(Port))
        {
            await WaitUntilListeningAsync(port);
        }
    }

    /// <summary>Kills it as a power cut would.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    /// <summary>Gives it other lines of configuration and has it read them, as far as Mosquitto can while it runs.</summary>
    public async Task ReconfigureAsync(params string[] configuration)
    {
        _configuration = configuration;
        await WriteConfigurationAsync();
        await ReloadAsync();
    }

    /// <summary>Has it read its configuration and access lists again.</summary>
    public Task ReloadAsync() => SignalAsync("HUP");

    /// <summary>Sends it a signal: STOP pauses it, CONT lets it go on, USR1 has it write what it persists.</summary>
    public Task SignalAsync(string signal) =>
        ProgramRun.StartAsync("kill", ["-" + signal, (_process ?? throw new InvalidOperationException("The broker does not run.")).Id.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>What it has logged.</summary>
    public string ReadLog() => File.ReadAllText(_folder.File("mosquitto.log"));

    /// <summary>A TCP port of 127.0.0.1 that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Dispose();
    }

    private static string FindProgram() =>
        new[] { "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto" }.FirstOrDefault(File.Exists)
        ?? throw new FileNotFoundException("mosquitto is not installed; these tests need a real broker: apt-get install mosquitto");

    private async Task<string> WriteConfigurationAsync()
    {
        var file = _folder.File("mosquitto.conf");
        await File.WriteAllLinesAsync(file, [
            FormattableString.Invariant($"listener {Port} 127.0.0.1"), "allow_anonymous true", "log_dest file " + _folder.File("mosquitto.log"), "log_type all",
            "user root", .. _configuration]);
        return file;
    }

    private async Task WaitUntilListeningAsync(int port)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            if (_process!.HasExited)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"mosquitto ended with {_process.ExitCode}: {(File.Exists(_folder.File("mosquitto.log")) ? ReadLog() : string.Empty)}"));
            }

            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(25);
            }
        }

        throw new TimeoutException($"mosquitto does not listen on port {port} after 5 s.");
    }
}
