using System.Net;
using System.Security.Cryptography;
using HsiEdge.Core;
using HsiEdge.Delivery.Publish;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Publish;

/// <summary>What is wrong with a password, certificate or key file is said with its key, its path and what to do.</summary>
public sealed class CredentialReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new("test authority");
    private readonly MqttOptions _options;

    public CredentialReaderTests()
    {
        var (certificate, key) = _authority.Issue("cart");
        Write("ca.pem", _authority.Pem);
        Write("cart.pem", certificate);
        Write("cart.key", key);
        Write("password", "secret");
        _options = new MqttOptions
        {
            UseTls = true,
            CaFile = _folder.File("ca.pem"),
            ClientCertificateFile = _folder.File("cart.pem"),
            ClientKeyFile = _folder.File("cart.key"),
            UserName = "cart",
            PasswordFile = _folder.File("password"),
        };
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Sound_files_are_read_without_a_remark()
    {
        var read = CredentialReader.Read(_options);
        Assert.Empty(read.Remarks);
        Assert.True(read.ClientCertificate!.HasPrivateKey);
        Assert.Equal("secret"u8.ToArray(), read.Password);
        Assert.Equal(2, read.Dates.Count);
    }

    [Theory]
    [InlineData("cart.key", "", "it holds no private key. Expected a PEM file with a private key.")]
    [InlineData("cart.pem", "no certificate", "it holds no certificate. Expected certificates in PEM")]
    [InlineData("ca.pem", "", "it holds no certificate.")]
    [InlineData("password", "\nsecond line", "its first line is empty. Expected the password in the first line.")]
    public void A_file_that_is_not_what_its_key_promises_is_named(string file, string content, string expected)
    {
        Write(file, content);
        AssertRefused(file, expected);
    }

    [Fact]
    public void A_key_that_does_not_fit_the_certificate_is_named_with_both_files()
    {
        Write("cart.key", _authority.Issue("another").Key);
        AssertRefused("cart.key", $"the key does not fit the certificate in {_folder.File("cart.pem")}");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_encrypted_key_is_refused_with_what_to_do(bool pkcs8)
    {
        using var key = RSA.Create(2048);
        Write("cart.key", pkcs8
            ? key.ExportEncryptedPkcs8PrivateKeyPem("passphrase", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000))
            : "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        AssertRefused("cart.key", "the key is encrypted, and nobody is there to type its passphrase");
    }

    [Fact]
    public void A_file_that_went_away_is_named()
    {
        File.Delete(_folder.File("cart.key"));
        AssertRefused("cart.key", "Could not find file");
    }

    [Fact]
    public void The_fingerprint_follows_the_content_and_nothing_else()
    {
        var before = CredentialReader.Read(_options).Fingerprint;
        File.SetLastWriteTimeUtc(_folder.File("cart.pem"), DateTime.UnixEpoch);
        Assert.Equal(before, CredentialReader.Read(_options).Fingerprint);
        Write("password", "Secret");
        Assert.NotEqual(before, CredentialReader.Read(_options).Fingerprint);
    }

    [Fact]
    public async Task Without_TLS_what_is_not_loopback_is_not_even_connected_to()
    {
        var options = new MqttOptions { Host = "192.0.2.1" };
        var stream = new BrokerStream(options, CredentialReader.Read(options));
        await Assert.ThrowsAsync<IOException>(() => stream.ConnectAsync(new DnsEndPoint("ignored", 1), CancellationToken.None));
        Assert.False(stream.Reached);
        Assert.Contains("192.0.2.1, which is not loopback", stream.Fault, StringComparison.Ordinal);
    }

    private void AssertRefused(string file, string expected)
    {
        var message = Assert.Throws<BadInputException>(() => CredentialReader.Read(_options)).Message;
        Assert.StartsWith("Mqtt:", message, StringComparison.Ordinal);
        Assert.Contains($"'{_folder.File(file)}' cannot be used: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    private void Write(string name, string text)
    {
        File.WriteAllText(_folder.File(name), text);
        File.SetUnixFileMode(_folder.File(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
