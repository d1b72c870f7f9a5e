using HsiEdge.Core.Publish;
using HsiEdge.Delivery.Publish;
using HsiEdge.Testing;

namespace HsiEdge.IntegrationTests.Publish;

/// <summary>An authority, certificates of broker and cart, and a real Mosquitto with a TLS listener and a plain one for observers.</summary>
internal sealed class TlsRig : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TlsRig()
    {
        Write("ca.pem", Authority.Pem);
        WritePair("broker", Authority.Issue("broker"));
        WritePair("cart", Authority.Issue("cart-first"));
    }

    public TestAuthority Authority { get; } = new("test authority");

    public int PlainPort { get; } = MosquittoBroker.FreePort();

    public string File(string name) => _folder.File(name);

    public void Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        System.IO.File.SetUnixFileMode(File(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void WritePair(string name, (string Certificate, string Key) pair)
    {
        Write(name + ".pem", pair.Certificate);
        Write(name + ".key", pair.Key);
    }

    /// <summary>Mosquitto that wants a client certificate and calls the client by its common name.</summary>
    public Task<MosquittoBroker> StartBrokerAsync(params string[] more) => StartBrokerAsync(clientCertificates: true, more);

    public Task<MosquittoBroker> StartBrokerAsync(bool clientCertificates, params string[] more) => MosquittoBroker.StartAsync([
        "cafile " + File("ca.pem"), "certfile " + File("broker.pem"), "keyfile " + File("broker.key"),
        .. clientCertificates ? new[] { "require_certificate true", "use_identity_as_username true" } : [], .. more,
        FormattableString.Invariant($"listener {PlainPort} 127.0.0.1")]);

    /// <summary>The cart's options: TLS, the authority, a client certificate.</summary>
    public void Secure(MqttOptions options)
    {
        (options.UseTls, options.CaFile) = (true, File("ca.pem"));
        (options.ClientCertificateFile, options.ClientKeyFile) = (File("cart.pem"), File("cart.key"));
    }

    /// <summary>Waits for a component's state and a part of its reason.</summary>
    public static async Task<HealthItem> WaitAsync(HealthBoard health, string component, HealthState state, string reason = "")
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var (version, items) = health.Snapshot();
            if (items.FirstOrDefault(i => i.Component == component && i.State == state && i.Reason.Contains(reason, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            try
            {
                await health.WaitForChangeAsync(version, patience.Token);
            }
            catch (OperationCanceledException exception)
            {
                throw new TimeoutException($"{component} is not {state} with '{reason}': {string.Join("\n", items)}", exception);
            }
        }
    }

    public void Dispose()
    {
        Authority.Dispose();
        _folder.Dispose();
    }
}
