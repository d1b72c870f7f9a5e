using System.Diagnostics;
using System.Globalization;
using HsiEdge.Devices.GenICam;

namespace HsiEdge.Testing;

/// <summary>
/// libaravis' own fake GigE Vision camera at the far end of a cable: it runs in a network namespace of its own, joined to this machine by a pair of virtual Ethernet
/// devices. Packets can be lost on the wire and the cable can be pulled, neither of which the camera is told. Wants root (or sudo); a machine that lacks a tool
/// fails the test, it never skips it. Namespace, devices and rule go with it.
/// </summary>
public sealed class WiredGigECamera : IAsyncDisposable
{
    private const string Program = "arv-fake-gv-camera-0.8";
    private static int _made;
    private readonly string _namespace;
    private readonly string _near;
    private readonly string _far;
    private readonly string _nearAddress;
    private string[]? _loss;
    private Process? _process;

    private WiredGigECamera(int number)
    {
        var process = Environment.ProcessId;
        _namespace = string.Create(CultureInfo.InvariantCulture, $"hsiedge-{process}-{number}");
        _near = string.Create(CultureInfo.InvariantCulture, $"hsi{process}a{number}");
        _far = string.Create(CultureInfo.InvariantCulture, $"hsi{process}b{number}");
        Serial = string.Create(CultureInfo.InvariantCulture, $"W{process}-{number}");

        // A net of four addresses out of 198.18.0.0/15, which is kept for tests of networks (RFC 2544).
        var net = ((process * 16) + number) % 32_768 * 4;
        var prefix = string.Create(CultureInfo.InvariantCulture, $"198.{18 + (net >> 16)}.{(net >> 8) & 255}.");
        _nearAddress = prefix + ((net & 255) + 1).ToString(CultureInfo.InvariantCulture);
        Address = prefix + ((net & 255) + 2).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Its serial number, told apart from all others on this machine.</summary>
    public string Serial { get; }

    /// <summary>Its address at the far end.</summary>
    public string Address { get; }

    /// <summary>Lays the cable, starts a camera at its end and waits until it answers.</summary>
    public static async Task<WiredGigECamera> StartAsync()
    {
        var camera = new WiredGigECamera(Interlocked.Increment(ref _made));
        try
        {
            await camera.LayAsync();
            await camera.BeginAsync();
            return camera;
        }
        catch
        {
            await camera.DisposeAsync();
            throw;
        }
    }

    /// <summary>From now on the wire loses UDP packets on their way here, commands' answers like pictures: they are dropped as they come in, which the sender cannot see.</summary>
    /// <param name="probability">Of each packet, 0…1.</param>
    public async Task LoseAsync(double probability)
    {
        await LoseNothingAsync();
        string[] rule = ["-i", _near, "-p", "udp", "-m", "statistic", "--mode", "random", "--probability", probability.ToString("0.0000", CultureInfo.InvariantCulture), "-j", "DROP"];
        await AsRootAsync("iptables", ["-w", "-I", "INPUT", .. rule]);
        _loss = rule;
    }

    /// <summary>The wire is whole again.</summary>
    /// <returns>Packets that were lost.</returns>
    public async Task<long> LoseNothingAsync()
    {
        if (_loss is not { } rule)
        {
            return 0;
        }

        var listing = await AsRootAsync("iptables", ["-w", "-L", "INPUT", "-v", "-n", "-x"]);
        await AsRootAsync("iptables", ["-w", "-D", "INPUT", .. rule]);
        _loss = null;
        var line = listing.Split('\n').Single(l => l.Contains($" {_near} ", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
    }

    /// <summary>Pulls the cable at the camera's end: here the link loses its carrier.</summary>
    public Task UnplugAsync() => AsRootAsync("ip", ["-n", _namespace, "link", "set", _far, "down"]);

    /// <summary>Puts it in again.</summary>
    public Task PlugInAsync() => AsRootAsync("ip", ["-n", _namespace, "link", "set", _far, "up"]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<Exception> failures = [];
        foreach (var step in new Func<Task>[] { LoseNothingAsync, EndAsync, RemoveLinksAsync, RemoveNamespaceAsync })
        {
            // Whatever fails, the steps after it are tried all the same.
            try
            {
                await step();
            }
            catch (InvalidOperationException e)
            {
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }

    private static bool IsRoot => string.Equals(Environment.UserName, "root", StringComparison.Ordinal);

    private static async Task<string> AsRootAsync(string program, string[] arguments)
    {
        var run = IsRoot ? await ProgramRun.StartAsync(program, arguments) : await ProgramRun.StartAsync("sudo", ["-n", program, .. arguments]);
        return run.ExitCode == 0
            ? run.Output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed; these tests need root or sudo: {run.Error}");
    }

    private async Task LayAsync()
    {
        await AsRootAsync("ip", ["netns", "add", _namespace]);
        await AsRootAsync("ip", ["link", "add", _near, "type", "veth", "peer", "name", _far, "netns", _namespace]);
        await AsRootAsync("ip", ["addr", "add", _nearAddress + "/30", "broadcast", "+", "dev", _near]);
        await AsRootAsync("ip", ["-n", _namespace, "addr", "add", Address + "/30", "broadcast", "+", "dev", _far]);
        await AsRootAsync("ip", ["link", "set", _near, "up"]);
        await AsRootAsync("ip", ["-n", _namespace, "link", "set", _far, "up"]);
    }

    private async Task BeginAsync()
    {
        string[] command = ["ip", "netns", "exec", _namespace, Program, "-i", Address, "-s", Serial];
        var start = IsRoot ? new ProcessStartInfo(command[0], command[1..]) : new ProcessStartInfo("sudo", ["-n", .. command]);
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{Program} did not start: install the Debian package aravis-tools.");
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var attempt = 0; attempt < 20; attempt++)
        {
            if (CameraDiscovery.List().Any(c => c.Serial == Serial))
            {
                return;
            }

            if (_process.HasExited)
            {
                throw new InvalidOperationException($"{Program} ended with {_process.ExitCode}.");
            }
        }

        throw new InvalidOperationException($"{Program} does not answer at {Address}.");
    }

    private async Task EndAsync()
    {
        if (_process is { } process)
        {
            foreach (var id in (await AsRootAsync("ip", ["netns", "pids", _namespace])).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                await AsRootAsync("kill", ["-KILL", id]);
            }

            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    private async Task RemoveLinksAsync()
    {
        // The other one of the pair goes with it.
        if (Directory.Exists("/sys/class/net/" + _near))
        {
            await AsRootAsync("ip", ["link", "del", _near]);
        }
    }

    private async Task RemoveNamespaceAsync()
    {
        if (File.Exists("/run/netns/" + _namespace))
        {
            await AsRootAsync("ip", ["netns", "del", _namespace]);
        }
    }
}
