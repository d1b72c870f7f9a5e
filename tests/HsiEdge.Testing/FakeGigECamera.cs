using System.Diagnostics;
using System.Globalization;
using HsiEdge.Devices.GenICam;

namespace HsiEdge.Testing;

/// <summary>
/// libaravis' own fake GigE Vision camera as a process of its own on an address of its own of the loopback interface: as far from the product as a camera on a cable.
/// It can be killed and started again at the same address. A machine without it fails the test, it never skips it. Adding an address wants root (or sudo).
/// </summary>
public sealed class FakeGigECamera : IAsyncDisposable
{
    private const string Program = "arv-fake-gv-camera-0.8";
    private readonly LoopbackAddress _address;
    private readonly int _lostPerThousand;
    private Process? _process;

    private FakeGigECamera(LoopbackAddress address, int lostPerThousand) => (_address, _lostPerThousand) = (address, lostPerThousand);

    /// <summary>Its serial number, told apart from all others on this machine.</summary>
    public string Serial => _address.Name;

    /// <summary>Its address.</summary>
    public string Address => _address.Address;

    /// <summary>Starts a camera and waits until it answers.</summary>
    /// <param name="lostPerThousand">Packets of frames that it loses.</param>
    public static async Task<FakeGigECamera> StartAsync(int lostPerThousand = 0)
    {
        var camera = new FakeGigECamera(await LoopbackAddress.AddAsync(), lostPerThousand);
        await camera.StartAgainAsync();
        return camera;
    }

    /// <summary>Starts it again at the same address.</summary>
    /// <param name="untilFound">Whether to look for it until it answers; else the program under test is left to find it undisturbed.</param>
    public async Task StartAgainAsync(bool untilFound = true)
    {
        if (_process is not null)
        {
            throw new InvalidOperationException("The camera runs already.");
        }

        var start = new ProcessStartInfo(Program, ["-i", Address, "-s", Serial, "-r", _lostPerThousand.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{Program} did not start: install the Debian package aravis-tools.");
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var attempt = 0; untilFound && attempt < 20; attempt++)
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

        if (untilFound)
        {
            throw new TimeoutException($"{Program} does not answer at {Address}.");
        }
    }

    /// <summary>Kills it: the cable is out.</summary>
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

    /// <summary>Stops it where it stands: it answers no more, and its sockets stay open.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>Lets it go on.</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _address.DisposeAsync();
    }

    private async Task SignalAsync(string signal)
    {
        var id = _process?.Id ?? throw new InvalidOperationException("The camera does not run.");
        await ProgramRun.StartAsync("kill", ["-" + signal, id.ToString(CultureInfo.InvariantCulture)]);
    }
}
