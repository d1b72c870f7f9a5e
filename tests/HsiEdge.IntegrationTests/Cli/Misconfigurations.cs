using System.Net;
using System.Net.Sockets;
using HsiEdge.Core.Calibrate;
using HsiEdge.Testing;
using Microsoft.Extensions.Time.Testing;

namespace HsiEdge.IntegrationTests.Cli;

/// <summary>What engineers get wrong, and what happens to a box: each staged for real.</summary>
internal static class Misconfigurations
{
    private static string Bundle { get; } = Path.Combine(AppContext.BaseDirectory, "models", "gastric-phantom.hsimodel");

    private static string Firmware { get; } = Path.Combine(SharedData.RepositoryRoot, "firmware-config");

    public static IReadOnlyList<Misconfiguration> All { get; } = [.. Settings(), .. Files(), .. Folders(), .. Brokers(), .. Devices(), .. Life()];

    private static IEnumerable<Misconfiguration> Settings() =>
    [
        new("A key is misspelt", "configuration", "Unknown configuration key Camera:Sorce", "Did you mean Camera:Source?", Plain("""{ "Camera": { "Sorce": "phantom" } }""")),
        new("A value is out of range or in another unit", "configuration", "Trigger:IntervalMilliseconds is '5'", "expected 10 to 86400000 ms, or 0 for off", Plain("""{ "Trigger": { "IntervalMilliseconds": 5 } }""")),
        new("A value is of another kind", "configuration", "Camera:PhantomSeed is 'many'", "expected a whole number", Plain("""{ "Camera": { "PhantomSeed": "many" } }""")),
        new("The file is no JSON", "configuration", "machine.json", "line 1", Plain("""{ "Camera": """)),
        new("A name cannot be part of a topic", "configuration", "Appliance:Cart is 'a cart'", "1 to 32 letters, digits, '-' or '_'", Plain("""{ "Appliance": { "Cart": "a cart" } }""")),
        new("A variable hides a value of the file", "settings", "Trigger:IntervalMilliseconds is '1000' by environment variable HSIEDGE__Trigger__IntervalMilliseconds, but '0' in", "The variable wins. Remove it", stage =>
        {
            stage.Environment["HSIEDGE__Trigger__IntervalMilliseconds"] = "1000";
            return Task.FromResult("""{ "Trigger": { "IntervalMilliseconds": 0 } }""");
        }, "warning"),
        new("Cubes may take more memory than there is", "memory", "of which cubes may take 65536 MiB", "Set Acquire:PoolCeilingMebibytes to at most", Plain("""{ "Acquire": { "PoolCeilingMebibytes": 65536 } }""")),
    ];

    private static IEnumerable<Misconfiguration> Files() =>
    [
        new("The scan plan is missing", "configuration", "/nowhere/plan.json", "expected a scan plan (JSON) that exists", Plain("""{ "Camera": { "PlanPath": "/nowhere/plan.json" } }""")),
        new("The scan plan cannot be read", "plan", "plan.json", "exposureMicrosecond", stage =>
            Task.FromResult($$$"""{ "Camera": { "PlanPath": "{{{stage.Write("plan.json", """{ "name": "p", "wavelengths": [1000, 1100], "exposureMicrosecond": 5 }""")}}}" } }""")),
        new("The plan does not cover the model's range", "plan", "does not fit model gastric-phantom@1.0.0: The cube covers 1000–1300 nm", "Set Camera:PlanPath to a plan over the model's range", stage =>
            Task.FromResult($$$"""{ "Camera": { "PlanPath": "{{{stage.Write("plan.json", """{ "name": "short", "wavelengths": { "firstNanometres": 1000, "lastNanometres": 1300, "bands": 30 }, "exposureMicroseconds": 1000, "pixelPitchMillimetres": 0.2 }""")}}}" } }""")),
        new("The bundle is missing", "model", "/nowhere/m.hsimodel", "install a bundle that passes", Plain("""{ "Model": { "BundlePath": "/nowhere/m.hsimodel" } }""")),
        new("A byte of the bundle changed", "model", "changed.hsimodel", "shows each step; install a bundle that passes", async stage =>
        {
            var bytes = await File.ReadAllBytesAsync(Bundle);
            bytes[bytes.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(stage.File("changed.hsimodel"), bytes);
            return $$$"""{ "Model": { "BundlePath": "{{{stage.File("changed.hsimodel")}}}" } }""";
        }),
        new("A signature is required and the bundle has none", "model", "signature", "install a bundle that passes", stage =>
        {
            using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
            Directory.CreateDirectory(stage.File("keys"));
            stage.Write("keys/site.pem", key.ExportSubjectPublicKeyInfoPem());
            return Task.FromResult($$$"""{ "Model": { "RequireSignature": true, "TrustedKeysFolder": "{{{stage.File("keys")}}}" } }""");
        }),
        new("The folder of trusted keys holds none", "model", "holds no public key", "expected files ending in .pem", stage =>
        {
            Directory.CreateDirectory(stage.File("keys"));
            return Task.FromResult($$$"""{ "Model": { "TrustedKeysFolder": "{{{stage.File("keys")}}}" } }""");
        }),
    ];

    private static IEnumerable<Misconfiguration> Folders() =>
    [
        new("The data folder is missing", "data folder", "/nowhere/data does not exist", "install -d -o hsiedge -g hsiedge /nowhere/data", Plain("""{ "Store": { "DataFolder": "/nowhere/data" } }""")),
        new("The data folder cannot be written", "data folder", "/sys cannot be written", "give that user the folder", Plain("""{ "Store": { "DataFolder": "/sys" } }""")),
        new("The disk is full", "data folder", "GiB free", "the least to capture with (Store:RefuseFreeMebibytes): free some", stage =>
        {
            var free = new DriveInfo(stage.DataFolder).AvailableFreeSpace >> 20;
            return Task.FromResult($$$"""{ "Store": { "DataFolder": "{{{stage.DataFolder}}}", "RefuseFreeMebibytes": {{{free + 4096}}}, "WarnFreeMebibytes": {{{free + 8192}}} } }""");
        }),
        new("The store's files are damaged", "store", "cannot be read", "check the disk", async stage =>
        {
            await stage.WithResultAsync(TimeProvider.System, s => s.Next());
            await File.WriteAllBytesAsync(Path.Combine(stage.DataFolder, "results.db"), new byte[100_000]);
            return "{}";
        }),
        new("Another process holds the store", "worker", "(sleep), which is no worker", "End it (kill", async stage =>
        {
            var path = Path.Combine(stage.DataFolder, "results.lock");
            await File.WriteAllBytesAsync(path, []);
            await stage.StartAsync("bash", "-c", $"exec 9>'{path}'; flock 9; echo held; exec sleep 600");
            return "{}";
        }),
        new("The audit log was changed", "audit", "audit.jsonl line 1: found hash", "keep a copy of the data folder", async stage =>
        {
            var run = await ProgramRun.StartAsync("bash", ["-c", $"timeout -s INT 4 {RunningProgram.PathOf("hsiedge")} run --Store:DataFolder {stage.DataFolder} --Mqtt:Enabled false"]);
            var log = Path.Combine(stage.DataFolder, "audit.jsonl");
            await File.WriteAllTextAsync(log, (await File.ReadAllTextAsync(log)).Replace("\"who\":\"box\"", "\"who\":\"bob\"", StringComparison.Ordinal));
            return run.ExitCode is 0 or 124 ? "{}" : throw new InvalidOperationException(run.Output + run.Error);
        }),
    ];

    private static IEnumerable<Misconfiguration> Brokers() =>
    [
        new("The broker does not run, or at another port", "broker", "Connection refused", "Start the broker, or correct Mqtt:Host, Mqtt:Port", _ => Task.FromResult($$"""{ "Mqtt": { "Port": {{MosquittoBroker.FreePort()}} } }""")),
        new("The broker's name is unknown", "broker", "broker.invalid:1883", "correct Mqtt:Host", Plain("""{ "Mqtt": { "Host": "broker.invalid", "AllowPlaintext": true } }""")),
        new("The password is wrong", "broker", "NotAuthorized", "the credentials", async stage =>
        {
            var made = await ProgramRun.StartAsync("mosquitto_passwd", ["-c", "-b", stage.File("users"), "cart", "secret"]);
            var broker = stage.Own(await MosquittoBroker.StartAsync("allow_anonymous false", "password_file " + stage.File("users")));
            var password = stage.Write("password", "wrong\n");
            File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return made.ExitCode == 0 ? $$$"""{ "Mqtt": { "Port": {{{broker.Port}}}, "UserName": "cart", "PasswordFile": "{{{password}}}" } }""" : throw new InvalidOperationException(made.Error);
        }),
        new("Others may read the password file", "credentials", "password", "Change the mode as shown", stage =>
        {
            var password = stage.Write("password", "secret\n");
            File.SetUnixFileMode(password, (UnixFileMode)0b110_100_100);
            return Task.FromResult($$$"""{ "Mqtt": { "Enabled": false, "UserName": "cart", "PasswordFile": "{{{password}}}" } }""");
        }, "warning"),
        new("The broker's authority is not trusted", "broker", "not trusted by the system's authorities", "set Mqtt:CaFile", async stage => await TlsAsync(stage, ca: false, untilDays: 200)),
        new("The broker's certificate has expired", "broker", "of the broker is valid from", "Renew it at the broker, or set this box's clock", async stage => await TlsAsync(stage, ca: true, untilDays: -2)),
        new("Plaintext would leave the machine", "configuration", "Mqtt:UseTls is false and Mqtt:Host is '10.0.0.9', which is not loopback", "Set Mqtt:UseTls to true", Plain("""{ "Mqtt": { "Host": "10.0.0.9" } }""")),
    ];

    private static IEnumerable<Misconfiguration> Devices() =>
    [
        new("The board's chip is missing", "pins", "0 of", "Set Board:ProfilePath to this board's profile", Plain($$$"""{ "Board": { "ProfilePath": "{{{Firmware}}}/boards/jetson-orin-nano.json" } }""")),
        new("The board's profile cannot be read", "pins", "board.json", "board.json", stage => Task.FromResult($$$"""{ "Board": { "ProfilePath": "{{{stage.Write("board.json", """{ "lines": 7 }""")}}}" } }""")),
        new("The replay folder is empty", "camera", "holds no ENVI header (*.hdr)", "Set Camera:ReplayFolder to a folder of recorded cubes", stage => Task.FromResult($$$"""{ "Camera": { "Source": "replay", "ReplayFolder": "{{{stage.DataFolder}}}" } }""")),
        new("The GenICam camera is away", "camera", "no-such-serial", "correct what the message says", Plain($$$"""{ "Camera": { "Source": "genICam", "Device": "no-such-serial", "PlanPath": "{{{Firmware}}}/plans/gige-48.json" }, "Board": { "ProfilePath": "{{{Firmware}}}/boards/simulated.json" } }""")),
        new("The video device is missing", "camera", "/dev/video99", "correct what the message says", Plain($$$"""{ "Camera": { "Source": "v4l2", "Device": "/dev/video99", "PlanPath": "{{{Firmware}}}/plans/gige-48.json" }, "Board": { "ProfilePath": "{{{Firmware}}}/boards/simulated.json" } }""")),
        new("The port of the figures is taken", "metrics", "is in use by another program", "set Metrics:Port to another port", stage =>
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            stage.Own(new Listening(listener));
            return Task.FromResult($$$"""{ "Metrics": { "PrometheusEnabled": true, "Port": {{{((IPEndPoint)listener.LocalEndpoint).Port}}} } }""");
        }),
    ];

    private static IEnumerable<Misconfiguration> Life() =>
    [
        new("The calibration is stale", "calibration", "ALERTS INHIBITED", "A running worker takes new references", async stage =>
        {
            await stage.WithResultAsync(TimeProvider.System, s => s.Next() is var r ? r with { Result = r.Result with { Flags = CalibrationFlags.Stale, AlertsInhibited = true } } : r);
            return "{}";
        }),
        new("The clock is behind the latest result", "clock", "ahead of it", "The clock stepped back: set it (NTP)", async stage =>
        {
            await stage.WithResultAsync(new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(2)), s => s.Next());
            return "{}";
        }),
        new("Messages wait for days", "outbox", "messages wait, the oldest for 72", "The broker was away for long, or refuses a topic", async stage =>
        {
            await stage.WithResultAsync(new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(-3)), s => s.Next());
            return "{}";
        }, "warning"),
    ];

    private static Func<DoctorStage, Task<string>> Plain(string configuration) => _ => Task.FromResult(configuration);

    private static async Task<string> TlsAsync(DoctorStage stage, bool ca, double untilDays)
    {
        using var authority = new TestAuthority("site authority");
        var (certificate, key) = authority.Issue("broker", fromDays: -10, untilDays: untilDays);
        stage.Write("ca.pem", authority.Pem);
        var broker = stage.Own(await MosquittoBroker.StartAsync("certfile " + stage.Write("broker.pem", certificate), "keyfile " + stage.Write("broker.key", key)));
        return $$$"""{ "Mqtt": { "Port": {{{broker.Port}}}, "UseTls": true{{{(ca ? $", \"CaFile\": \"{stage.File("ca.pem")}\"" : "")}}} } }""";
    }

    private sealed class Listening(TcpListener listener) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            listener.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
