using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace HsiEdge.Delivery.Publish;

/// <summary>Says in words what is wrong with a TLS connection, and what to do.</summary>
internal static class TlsFault
{
    private static readonly (string Sign, string Meaning)[] Signs =
    [
        ("unsupported protocol", "the broker offers neither TLS 1.2 nor 1.3, and older ones are not safe. Update the broker"),
        ("protocol version", "the broker offers neither TLS 1.2 nor 1.3, and older ones are not safe. Update the broker"),
        ("wrong version number", "the broker answers without TLS on this port. Correct Mqtt:Port (8883 is usual with TLS)"),
        ("frame size", "the broker answers without TLS on this port. Correct Mqtt:Port (8883 is usual with TLS)"),
        ("corrupted frame", "the broker answers without TLS on this port. Correct Mqtt:Port (8883 is usual with TLS)"),
        ("packet length too long", "the broker answers without TLS on this port. Correct Mqtt:Port (8883 is usual with TLS)"),
        ("certificate required", "the broker wants a client certificate. Set Mqtt:ClientCertificateFile and Mqtt:ClientKeyFile"),
        ("certificate expired", "the broker says that the client's certificate has expired. Renew it"),
        ("certificate revoked", "the broker says that the client's certificate is revoked. Use another"),
        ("unknown ca", "the broker does not know the authority of the client's certificate. Use one that its authority issued"),
        ("bad certificate", "the broker refuses the client's certificate. Use one that its authority issued"),
        ("certificate unknown", "the broker refuses the client's certificate. Use one that its authority issued"),
    ];

    /// <summary>What is wrong with the certificate that the broker showed.</summary>
    public static string Describe(MqttOptions options, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "the broker shows no certificate";
        }

        var flags = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status);
        var reasons = new List<string>();
        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            reasons.Add(OfTime(chain!));
        }

        if ((flags & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != X509ChainStatusFlags.NoError)
        {
            var trusted = options.CaFile is { } file ? $"the authorities in {file} (Mqtt:CaFile)" : "the system's authorities; set Mqtt:CaFile for a private one";
            reasons.Add($"the broker's certificate is issued by '{certificate.Issuer}', which is not trusted by {trusted}");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            reasons.Add($"the broker's certificate is for {Names(certificate)}, not for '{options.Host}'. Set Mqtt:Host to a name in the certificate, or have the certificate issued for this one");
        }

        const X509ChainStatusFlags said = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;
        reasons.AddRange((chain?.ChainStatus ?? []).Where(s => (s.Status & said) == X509ChainStatusFlags.NoError).Select(s => $"the broker's certificate: {s.StatusInformation.Trim()}"));
        return string.Join("; ", reasons.Count > 0 ? reasons : ["the broker's certificate is not accepted"]);
    }

    /// <summary>What is wrong where the handshake itself failed.</summary>
    public static string Describe(Exception exception, bool hasCertificate)
    {
        if (Chain(exception).Any(e => e is SocketException { SocketErrorCode: SocketError.ConnectionReset } || e.Message.Contains("unexpected EOF", StringComparison.OrdinalIgnoreCase)))
        {
            return "the broker closed the connection in the middle of the TLS handshake: it may speak no TLS on this port. Correct Mqtt:Port (8883 is usual with TLS); the broker's log says more";
        }

        return Find(exception) ?? $"no TLS connection: {exception.GetBaseException().Message.TrimEnd('.')}{(hasCertificate ? string.Empty : " (no client certificate was shown)")}";
    }

    /// <summary>What a known sign of OpenSSL or the runtime means, or null when there is none: with TLS 1.3 a client's certificate is refused only after the handshake.</summary>
    public static string? Find(Exception exception)
    {
        var message = string.Join(": ", Chain(exception).Select(e => e.Message));
        return Signs.FirstOrDefault(s => message.Contains(s.Sign, StringComparison.OrdinalIgnoreCase)).Meaning;
    }

    private static IEnumerable<Exception> Chain(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            yield return exception;
        }
    }

    private static string OfTime(X509Chain chain)
    {
        var bad = chain.ChainElements.First(e => e.ChainElementStatus.Any(s => s.Status.HasFlag(X509ChainStatusFlags.NotTimeValid))).Certificate;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"the certificate '{bad.Subject}' of the broker is valid from {bad.NotBefore.ToUniversalTime():yyyy-MM-dd HH:mm} to {bad.NotAfter.ToUniversalTime():yyyy-MM-dd HH:mm} UTC, not now. Renew it at the broker, or set this box's clock");
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(n => n.EnumerateDnsNames().Concat(n.EnumerateIPAddresses().Select(a => a.ToString()))).ToList();
        return names.Count > 0 ? string.Join(", ", names.Select(n => $"'{n}'")) : $"'{certificate.Subject}'";
    }
}
