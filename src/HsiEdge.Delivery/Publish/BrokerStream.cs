using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Channel;

namespace HsiEdge.Delivery.Publish;

/// <summary>
/// Connects to the broker: TCP, and TLS 1.2 or 1.3 on top of it. The client library's own TLS cannot send intermediate certificates and says
/// little about what is wrong; this keeps the reason in <see cref="Fault"/>. Without TLS it connects to loopback alone unless that is allowed.
/// One object a connection.
/// </summary>
internal sealed class BrokerStream(MqttOptions options, LinkCredentials credentials) : IMqttClientStreamProvider
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>Why the connection failed, in words for the engineer; null while it has not.</summary>
    public string? Fault { get; private set; }

    /// <summary>Whether the broker's port answered: a CONNECT may have reached the broker.</summary>
    public bool Reached { get; private set; }

    /// <summary>Certificates that the broker showed, its own first.</summary>
    public IReadOnlyList<X509Certificate2> Shown { get; private set; } = [];

    /// <inheritdoc/>
    public async Task<Stream> ConnectAsync(EndPoint brokerEndPoint, CancellationToken cancellationToken)
    {
        var stream = await OpenAsync(cancellationToken);
        Reached = true;
        if (!options.UseTls)
        {
            return stream;
        }

        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(Authentication(), cancellationToken);
            return tls;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            Fault ??= TlsFault.Describe(exception, credentials.ClientCertificate is not null);
            await tls.DisposeAsync();
            throw;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private async Task<NetworkStream> OpenAsync(CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(options.Host, out var address) ? [address] : await Dns.GetHostAddressesAsync(options.Host, cancellationToken);
        if (!options.UseTls && !options.AllowPlaintext && Array.Find(addresses, a => !IPAddress.IsLoopback(a)) is { } far)
        {
            Fault = $"{options.Host} is {far}, which is not loopback, and Mqtt:UseTls is false: nothing is sent. Set Mqtt:UseTls, or Mqtt:AllowPlaintext if the network is trusted";
            throw new IOException(Fault);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            SendBufferSize = BufferBytes,
            ReceiveBufferSize = BufferBytes,
            // The default resets the connection on closing, which can overtake the DISCONNECT and set off the Last Will.
            LingerState = new LingerOption(enable: true, seconds: 2),
        };
        try
        {
            await socket.ConnectAsync(addresses, options.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private SslClientAuthenticationOptions Authentication()
    {
        var authentication = new SslClientAuthenticationOptions
        {
            TargetHost = options.Host.TrimEnd('.'),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = new X509ChainPolicy
            {
                // A private authority has no revocation service that a cart could reach; it revokes through the broker.
                RevocationMode = credentials.Authorities is null ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
                VerificationFlags = X509VerificationFlags.IgnoreEndRevocationUnknown | X509VerificationFlags.IgnoreCertificateAuthorityRevocationUnknown,
            },
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Judge(certificate, chain, errors),
        };
        if (credentials.Authorities is { } authorities)
        {
            authentication.CertificateChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            authentication.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        if (credentials.ClientCertificate is { } own)
        {
            authentication.ClientCertificateContext = SslStreamCertificateContext.Create(own, credentials.Intermediates, offline: true);
        }

        return authentication;
    }

    private bool Judge(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Shown = [.. chain?.ChainElements.Select(e => X509CertificateLoader.LoadCertificate(e.Certificate.RawData)) ?? []];
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        Fault = TlsFault.Describe(options, certificate as X509Certificate2, chain, errors);
        return false;
    }
}
