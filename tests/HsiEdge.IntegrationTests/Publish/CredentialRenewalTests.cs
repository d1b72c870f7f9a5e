using System.Diagnostics;
using HsiEdge.Core.Publish;
using HsiEdge.Delivery.Publish;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Publish;

/// <summary>Certificates that are renewed, broken or about to expire while the box runs, against a real Mosquitto.</summary>
public sealed class CredentialRenewalTests : IDisposable
{
    private const string Link = MqttPublisher.Component;
    private const string Credentials = CredentialKeeper.Component;
    private readonly TlsRig _tls = new();

    public void Dispose() => _tls.Dispose();

    [Fact]
    public async Task A_renewed_certificate_is_taken_without_a_restart_without_a_will_and_without_a_loss()
    {
        await using var broker = await _tls.StartBrokerAsync();
        await using var observer = await MqttObserver.ConnectAsync(_tls.PlainPort);
        await using var rig = await PublisherRig.MakeAsync(broker.Port, _tls.Secure);
        rig.Start();
        await observer.WaitAsync(m => m.Any(x => x.Topic == rig.Prefix + "status"));
        var expected = new HashSet<string>(StringComparer.Ordinal);
        using var stop = new CancellationTokenSource();
        var recording = RecordAsync(rig, expected, stop.Token);
        _tls.WritePair("cart", _tls.Authority.Issue("cart-second"));
        await WaitForLogAsync(broker, "u'cart-second'");
        await stop.CancelAsync();
        await recording;
        await rig.WaitUntilDrainedAsync();
        await observer.WaitAsync(m => expected.IsSubsetOf(Ids(m)) && m.Any(x => x.Topic == rig.Prefix + "status" && (long?)x.Json["session"] == 2));
        var states = observer.Messages.Where(m => m.Topic == rig.Prefix + "status").Select(m => (string?)m.Json["state"]).ToList();
        Assert.DoesNotContain("offline", states);
        Assert.True(expected.Count > 30, $"Only {expected.Count} messages: the test proves nothing.");
    }

    [Fact]
    public async Task A_swapped_symbolic_link_is_noticed_too()
    {
        // As Kubernetes and systemd replace files: names stay, what they point to changes at once.
        var (first, second) = (Directory.CreateDirectory(_tls.File("..1")), Directory.CreateDirectory(_tls.File("..2")));
        _tls.WritePair("..1/tls", _tls.Authority.Issue("link-first"));
        _tls.WritePair("..2/tls", _tls.Authority.Issue("link-second"));
        File.CreateSymbolicLink(_tls.File("..data"), first.Name);
        File.CreateSymbolicLink(_tls.File("tls.pem"), "..data/tls.pem");
        File.CreateSymbolicLink(_tls.File("tls.key"), "..data/tls.key");
        await using var broker = await _tls.StartBrokerAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, o =>
        {
            _tls.Secure(o);
            (o.ClientCertificateFile, o.ClientKeyFile) = (_tls.File("tls.pem"), _tls.File("tls.key"));
        });
        rig.Start();
        await WaitForLogAsync(broker, "u'link-first'");
        File.CreateSymbolicLink(_tls.File("..new"), second.Name);
        using var move = Process.Start("mv", ["-T", _tls.File("..new"), _tls.File("..data")]);
        await move.WaitForExitAsync();
        await WaitForLogAsync(broker, "u'link-second'");
    }

    [Fact]
    public async Task A_broken_new_file_keeps_the_working_link_and_is_a_warning_that_names_it()
    {
        await using var broker = await _tls.StartBrokerAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, _tls.Secure);
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, Link, HealthState.Ok);
        _tls.Write("cart.pem", "-----BEGIN CERTIFICATE-----\nhalf");
        await TlsRig.WaitAsync(rig.Health, Credentials, HealthState.Warning, $"Mqtt:ClientCertificateFile '{_tls.File("cart.pem")}'");
        Assert.Equal(HealthState.Ok, rig.Health.Snapshot().Items.Single(i => i.Component == Link).State);

        // The broker restarts: the cart comes back with what it read before.
        await broker.KillAsync();
        await broker.StartAgainAsync();
        await rig.Store.RecordAsync(rig.Samples.Next(8, 8), CancellationToken.None);
        await rig.WaitUntilDrainedAsync();

        _tls.WritePair("cart", _tls.Authority.Issue("cart-mended"));
        await TlsRig.WaitAsync(rig.Health, Credentials, HealthState.Ok);
        await WaitForLogAsync(broker, "u'cart-mended'");
    }

    [Fact]
    public async Task New_credentials_that_the_broker_does_not_accept_give_way_to_the_earlier_ones()
    {
        using var other = new TestAuthority("another authority");
        await using var broker = await _tls.StartBrokerAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, _tls.Secure);
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, Link, HealthState.Ok);
        _tls.WritePair("cart", other.Issue("cart-of-others"));
        await TlsRig.WaitAsync(rig.Health, Credentials, HealthState.Warning, "the broker does not accept the files' new credentials");
        await TlsRig.WaitAsync(rig.Health, Link, HealthState.Ok);
        _tls.WritePair("cart", _tls.Authority.Issue("cart-right"));
        await WaitForLogAsync(broker, "u'cart-right'");
        await TlsRig.WaitAsync(rig.Health, Credentials, HealthState.Ok);
    }

    [Fact]
    public async Task Expiry_is_said_thirty_days_ahead_for_the_clients_certificate_and_for_what_the_broker_shows()
    {
        _tls.WritePair("cart", _tls.Authority.Issue("cart", untilDays: 29.5));
        _tls.WritePair("broker", _tls.Authority.Issue("broker", untilDays: 10.5));
        await using var broker = await _tls.StartBrokerAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, _tls.Secure);
        rig.Start();
        var said = await TlsRig.WaitAsync(rig.Health, Credentials, HealthState.Warning, "the broker's certificate (broker) expires in 10 days");
        Assert.Contains($"the client's certificate in {_tls.File("cart.pem")} (cart) expires in 29 days", said.Reason, StringComparison.Ordinal);
        await TlsRig.WaitAsync(rig.Health, Link, HealthState.Ok);
    }

    [Fact]
    public async Task An_expired_client_certificate_is_failed()
    {
        _tls.WritePair("cart", _tls.Authority.Issue("cart", fromDays: -100, untilDays: -1));
        await using var rig = await PublisherRig.MakeAsync(MosquittoBroker.FreePort(), _tls.Secure);
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, Credentials, HealthState.Failed, "(cart) expired on ");
    }

    [Fact]
    public async Task An_authority_that_is_about_to_expire_is_a_warning()
    {
        using var old = new TestAuthority("old authority", validDays: 20.5);
        _tls.Write("ca.pem", old.Pem);
        await using var rig = await PublisherRig.MakeAsync(MosquittoBroker.FreePort(), _tls.Secure);
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, Credentials, HealthState.Warning, $"an authority's certificate in {_tls.File("ca.pem")} (old authority) expires in 20 days");
    }

    [Theory]
    [InlineData("cart.key")]
    [InlineData("password")]
    public async Task A_secret_that_everybody_may_read_is_a_warning_with_the_command_that_mends_it(string name)
    {
        _tls.Write("password", "secret");
        await using var broker = await _tls.StartBrokerAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, o =>
        {
            _tls.Secure(o);
            (o.UserName, o.PasswordFile) = ("cart", _tls.File("password"));
        });
        File.SetUnixFileMode(_tls.File(name), UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, Credentials, HealthState.Warning, $"chmod 0400 {_tls.File(name)}");
        await TlsRig.WaitAsync(rig.Health, Link, HealthState.Ok);
        File.SetUnixFileMode(_tls.File(name), UnixFileMode.UserRead);
        await TlsRig.WaitAsync(rig.Health, Credentials, HealthState.Ok);
    }

    private static async Task RecordAsync(PublisherRig rig, HashSet<string> expected, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var record = rig.Samples.Next(8, 8, overlayBytes: 0);
            await rig.Store.RecordAsync(record, CancellationToken.None);
            expected.UnionWith(record.Messages.Select(m => m.Id));
            await Task.Delay(30, CancellationToken.None);
        }
    }

    private static HashSet<string> Ids(IReadOnlyList<Received> messages) =>
        messages.Where(m => m.Properties.ContainsKey(UserPropertyNames.Id)).Select(m => m.Properties[UserPropertyNames.Id]).ToHashSet(StringComparer.Ordinal);

    private static async Task WaitForLogAsync(MosquittoBroker broker, string text)
    {
        for (var i = 0; i < 750 && !broker.ReadLog().Contains(text, StringComparison.Ordinal); i++)
        {
            await Task.Delay(20);
        }

        Assert.Contains(text, broker.ReadLog(), StringComparison.Ordinal);
    }
}
