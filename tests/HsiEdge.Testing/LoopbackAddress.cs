using System.Globalization;

namespace HsiEdge.Testing;

/// <summary>An address of its own on the loopback interface, for one fake camera: told apart from those of other tests and of other runs. Adding it wants root (or sudo).</summary>
public sealed class LoopbackAddress : IAsyncDisposable
{
    private static int _made;

    private LoopbackAddress(string address, string name) => (Address, Name) = (address, name);

    /// <summary>The address.</summary>
    public string Address { get; }

    /// <summary>A name as much its own as the address, such as for a serial number.</summary>
    public string Name { get; }

    /// <summary>Adds one.</summary>
    public static async Task<LoopbackAddress> AddAsync()
    {
        var number = Interlocked.Increment(ref _made);
        var process = Environment.ProcessId;

        // Another run of the tests on the same machine has another process id.
        var address = string.Create(CultureInfo.InvariantCulture, $"127.{64 + (process / 250 % 128)}.{1 + (process % 250)}.{number % 250}");
        await ChangeAsync("add", address);
        return new LoopbackAddress(address, string.Create(CultureInfo.InvariantCulture, $"T{process}-{number}"));
    }

    /// <summary>Takes it away.</summary>
    public async ValueTask DisposeAsync() => await ChangeAsync("del", Address);

    private static async Task ChangeAsync(string what, string address)
    {
        string[] arguments = ["addr", what, $"{address}/32", "dev", "lo"];
        var run = string.Equals(Environment.UserName, "root", StringComparison.Ordinal)
            ? await ProgramRun.StartAsync("ip", arguments)
            : await ProgramRun.StartAsync("sudo", ["-n", "ip", .. arguments]);
        if (run.ExitCode != 0)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)} failed; these tests need root or sudo: {run.Error}");
        }
    }
}
