using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using HsiEdge.Core;
using HsiEdge.Core.Publish;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Publish;

/// <summary>TLS with a private authority, required client certificates, against a real Mosquitto.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TlsTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(_folder.File("ca.pem"), authority.ExportCertificatePem());
        Issue(authority, "broker", 1);
        Issue(authority, "cart", 2);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_cart_with_a_certificate_is_let_in()
    {
        await using var broker = await StartAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, o =>
        {
            (o.UseTls, o.CaFile) = (true, _folder.File("ca.pem"));
            (o.ClientCertificateFile, o.ClientKeyFile) = (_folder.File("cart.pem"), _folder.File("cart.key"));
        });
        await rig.Store.RecordAsync(rig.Samples.Next(8, 8), CancellationToken.None);
        rig.Start();
        await rig.WaitUntilDrainedAsync();
        Assert.Equal(HealthState.Ok, rig.Health.Snapshot().Items.Single(i => i.Component == "broker-link").State);
    }

    [Fact]
    public async Task A_broker_of_another_authority_is_not_trusted()
    {
        await using var broker = await StartAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, o => o.UseTls = true);
        await rig.Store.RecordAsync(rig.Samples.Next(8, 8), CancellationToken.None);
        rig.Start();
        for (var i = 0; i < 500 && rig.Health.Snapshot().Items.All(x => x.Component != "broker-link"); i++)
        {
            await Task.Delay(20);
        }

        Assert.Equal(HealthState.Failed, rig.Health.Snapshot().Items.Single(i => i.Component == "broker-link").State);
        Assert.Equal(3, rig.Store.PendingCount);
    }

    [Fact]
    public async Task A_file_that_is_no_certificate_ends_the_publisher_with_its_key_and_path()
    {
        await File.WriteAllTextAsync(_folder.File("bad.pem"), "not a certificate");
        var rig = await PublisherRig.MakeAsync(MosquittoBroker.FreePort(), o => (o.UseTls, o.CaFile) = (true, _folder.File("bad.pem")));
        var exception = await Assert.ThrowsAsync<BadInputException>(() => rig.Publisher.RunAsync(CancellationToken.None));
        Assert.Contains($"Mqtt:CaFile '{_folder.File("bad.pem")}'", exception.Message, StringComparison.Ordinal);
        await rig.DisposeAsync();
    }

    private Task<MosquittoBroker> StartAsync() => MosquittoBroker.StartAsync(
        "cafile " + _folder.File("ca.pem"), "certfile " + _folder.File("broker.pem"), "keyfile " + _folder.File("broker.key"), "require_certificate true");

    private void Issue(X509Certificate2 authority, string name, byte serial)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(12), [serial]);
        File.WriteAllText(_folder.File(name + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(_folder.File(name + ".key"), key.ExportPkcs8PrivateKeyPem());
    }
}
