using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Hosting;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Tests.Watch;

/// <summary>The whole appliance in this process, with the phantom camera and its health served over HTTP.</summary>
internal sealed class WatchedBox : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(10) };
    private ApplianceComposition _composition = null!;

    /// <summary>Its port.</summary>
    public int Port { get; } = FreePort();

    /// <summary>Lets go what hangs, whatever became of the test: a stage that hangs cannot be stopped.</summary>
    public Action LetGo { get; set; } = static () => { };

    /// <summary>A free TCP port of loopback.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts it.</summary>
    /// <param name="run">What stands between it and the world.</param>
    /// <param name="settings">Further settings, such as <c>--Trigger:IntervalMilliseconds 100</c>.</param>
    public static async Task<WatchedBox> StartAsync(ApplianceRun run, params string[] settings)
    {
        var box = new WatchedBox();
        var configuration = ApplianceConfiguration.Load(
            [
                "--Mqtt:Enabled=false", $"--Store:DataFolder={box._folder.File("data")}", "--Metrics:HealthEnabled=true", $"--Metrics:Port={box.Port}",
                "--Appliance:StageLimitSeconds=1.5", .. settings,
            ],
            new Dictionary<string, string>(StringComparer.Ordinal),
            "/nowhere");
        configuration.ThrowIfFaulty();
        box._composition = await ApplianceComposition.StartAsync(configuration, run, manager: null, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        return box;
    }

    /// <summary>Asks for one truth.</summary>
    /// <param name="path">Such as <c>live</c>; empty for the whole report.</param>
    public async Task<(int Status, JsonObject Body)> AskAsync(string path)
    {
        using var response = await _client.GetAsync(new Uri($"http://127.0.0.1:{Port}/health/{path}".TrimEnd('/')));
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    /// <summary>Asks until the answer is as wanted.</summary>
    /// <param name="path">Such as <c>live</c>.</param>
    /// <param name="status">200 or 503.</param>
    /// <param name="reason">A part of a reason; empty for any.</param>
    /// <param name="seconds">Patience.</param>
    public async Task WaitForAsync(string path, int status, string reason = "", int seconds = 30)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var last = "no answer";
        while (true)
        {
            var (found, body) = await AskAsync(path);
            last = $"{found} {body.ToJsonString()}";
            if (found == status && body["reasons"]!.ToJsonString().Contains(reason, StringComparison.Ordinal))
            {
                return;
            }

            try
            {
                await Task.Delay(50, patience.Token);
            }
            catch (OperationCanceledException cause)
            {
                throw new TimeoutException($"/health/{path} is not {status} '{reason}' within {seconds} s: {last}", cause);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        LetGo();
        await _composition.DisposeAsync();
        _client.Dispose();
        _folder.Dispose();
    }
}
