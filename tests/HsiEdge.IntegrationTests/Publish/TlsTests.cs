using HsiEdge.Core.Publish;
using HsiEdge.Delivery.Publish;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Publish;

/// <summary>TLS with a private authority, required client certificates, against a real Mosquitto: what works, and what each thing that is wrong says.</summary>
public sealed class TlsTests : IDisposable
{
    private const string Link = MqttPublisher.Component;
    private readonly TlsRig _tls = new();

    public void Dispose() => _tls.Dispose();

    [Fact]
    public async Task A_cart_with_a_certificate_is_let_in()
    {
        await using var broker = await _tls.StartBrokerAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, _tls.Secure);
        await rig.Store.RecordAsync(rig.Samples.Next(8, 8), CancellationToken.None);
        rig.Start();
        await rig.WaitUntilDrainedAsync();
        Assert.Equal(HealthState.Ok, rig.Health.Snapshot().Items.Single(i => i.Component == Link).State);
        Assert.Equal(HealthState.Ok, rig.Health.Snapshot().Items.Single(i => i.Component == CredentialKeeper.Component).State);
        Assert.Contains("u'cart-first'", broker.ReadLog(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tlsv1.2")]
    [InlineData("tlsv1.3")]
    public async Task Both_versions_of_TLS_are_spoken(string version)
    {
        await using var broker = await _tls.StartBrokerAsync("tls_version " + version);
        await using var rig = await PublisherRig.MakeAsync(broker.Port, _tls.Secure);
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, Link, HealthState.Ok);
    }

    [Fact]
    public async Task Intermediate_certificates_in_the_file_are_sent_along()
    {
        using var below = _tls.Authority.Intermediate("authority of the ward");
        var (certificate, key) = below.Issue("cart-of-the-ward");
        _tls.WritePair("cart", (certificate + "\n" + below.Pem, key));
        await using var broker = await _tls.StartBrokerAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, _tls.Secure);
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, Link, HealthState.Ok);
        Assert.Contains("u'cart-of-the-ward'", broker.ReadLog(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_of_another_authority_is_not_trusted_and_nothing_is_sent()
    {
        using var other = new TestAuthority("another authority");
        _tls.Write("other.pem", other.Pem);
        await using var broker = await _tls.StartBrokerAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, o =>
        {
            _tls.Secure(o);
            o.CaFile = _tls.File("other.pem");
        });
        await rig.Store.RecordAsync(rig.Samples.Next(8, 8), CancellationToken.None);
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, Link, HealthState.Failed, $"issued by 'CN=test authority', which is not trusted by the authorities in {_tls.File("other.pem")} (Mqtt:CaFile)");
        Assert.Equal(3, rig.Store.PendingCount);
    }

    [Fact]
    public async Task Without_a_CA_file_the_systems_authorities_decide()
    {
        await using var broker = await _tls.StartBrokerAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, o => o.UseTls = true);
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, Link, HealthState.Failed, "not trusted by the system's authorities; set Mqtt:CaFile");
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused_with_both_names()
    {
        _tls.WritePair("broker", _tls.Authority.Issue("broker", ["mqtt.hospital.example", "10.1.2.3"]));
        await FailsAsync("the broker's certificate is for 'mqtt.hospital.example', '10.1.2.3', not for '127.0.0.1'");
    }

    [Fact]
    public async Task An_expired_certificate_of_the_broker_is_refused_with_its_dates()
    {
        _tls.WritePair("broker", _tls.Authority.Issue("broker", fromDays: -300, untilDays: -2));
        await FailsAsync("the certificate 'CN=broker' of the broker is valid from ");
    }

    [Fact]
    public async Task A_certificate_of_the_broker_from_the_future_points_to_the_clock()
    {
        _tls.WritePair("broker", _tls.Authority.Issue("broker", fromDays: 2, untilDays: 20));
        await FailsAsync("or set this box's clock");
    }

    [Fact]
    public async Task A_server_with_TLS_1_1_alone_is_refused()
    {
        // Mosquitto cannot be told to stop at 1.1; OpenSSL's own server can.
        var port = MosquittoBroker.FreePort();
        using var server = System.Diagnostics.Process.Start("openssl", [
            "s_server", "-accept", FormattableString.Invariant($"127.0.0.1:{port}"), "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0", "-quiet",
            "-cert", _tls.File("broker.pem"), "-key", _tls.File("broker.key")]);
        try
        {
            await using var rig = await PublisherRig.MakeAsync(port, _tls.Secure);
            rig.Start();
            await TlsRig.WaitAsync(rig.Health, Link, HealthState.Failed, "the broker offers neither TLS 1.2 nor 1.3");
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task A_port_without_TLS_is_said()
    {
        await using var broker = await _tls.StartBrokerAsync();
        await using var rig = await PublisherRig.MakeAsync(_tls.PlainPort, _tls.Secure);
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, Link, HealthState.Failed, "in the middle of the TLS handshake: it may speak no TLS on this port");
    }

    [Fact]
    public async Task A_broker_that_wants_a_client_certificate_is_told_of()
    {
        await using var broker = await _tls.StartBrokerAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, o => (o.UseTls, o.CaFile) = (true, _tls.File("ca.pem")));
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, Link, HealthState.Failed, "the broker wants a client certificate. Set Mqtt:ClientCertificateFile");
    }

    [Fact]
    public async Task A_client_certificate_of_another_authority_is_refused_by_the_broker_and_said()
    {
        using var other = new TestAuthority("another authority");
        _tls.WritePair("cart", other.Issue("cart-of-others"));
        await FailsAsync("the client's certificate");
    }

    [Fact]
    public async Task A_file_that_is_no_certificate_is_said_with_key_and_path_and_waited_for()
    {
        _tls.Write("ca-of-cart.pem", "not a certificate");
        await using var broker = await _tls.StartBrokerAsync();
        await using var rig = await PublisherRig.MakeAsync(broker.Port, o =>
        {
            _tls.Secure(o);
            o.CaFile = _tls.File("ca-of-cart.pem");
        });
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, CredentialKeeper.Component, HealthState.Failed, $"Mqtt:CaFile '{_tls.File("ca-of-cart.pem")}' cannot be used: it holds no certificate.");
        await TlsRig.WaitAsync(rig.Health, Link, HealthState.Failed, "Mqtt:CaFile");
        _tls.Write("ca-of-cart.pem", _tls.Authority.Pem);
        await TlsRig.WaitAsync(rig.Health, Link, HealthState.Ok);
        await TlsRig.WaitAsync(rig.Health, CredentialKeeper.Component, HealthState.Ok);
    }

    [Fact]
    public async Task User_and_password_come_from_a_file_or_the_environment_and_a_wrong_one_is_refused()
    {
        // Made by 'mosquitto_passwd -b FILE cart secret'.
        using var made = System.Diagnostics.Process.Start("mosquitto_passwd", ["-c", "-b", _tls.File("users"), "cart", "secret"]);
        await made.WaitForExitAsync();
        _tls.Write("password", "secret\nanything else\n");
        await using var broker = await MosquittoBroker.StartAsync("allow_anonymous false", "password_file " + _tls.File("users"));
        foreach (var fromFile in new[] { true, false })
        {
            await using var rig = await PublisherRig.MakeAsync(broker.Port, o =>
            {
                o.UserName = "cart";
                (o.PasswordFile, o.Password) = (fromFile ? _tls.File("password") : null, fromFile ? null : "secret");
            });
            rig.Start();
            await TlsRig.WaitAsync(rig.Health, Link, HealthState.Ok);
        }

        _tls.Write("password", "wrong");
        await using var locked = await PublisherRig.MakeAsync(broker.Port, o => (o.UserName, o.PasswordFile) = ("cart", _tls.File("password")));
        locked.Start();
        await TlsRig.WaitAsync(locked.Health, Link, HealthState.Failed, "the broker refuses the connection: ");
        _tls.Write("password", "secret");
        await TlsRig.WaitAsync(locked.Health, Link, HealthState.Ok);
    }

    private async Task FailsAsync(string reason, params string[] more)
    {
        await using var broker = await _tls.StartBrokerAsync(more);
        await using var rig = await PublisherRig.MakeAsync(broker.Port, _tls.Secure);
        rig.Start();
        await TlsRig.WaitAsync(rig.Health, Link, HealthState.Failed, reason);
    }
}
