using System.Security.Cryptography.X509Certificates;
using HsiEdge.Core;
using HsiEdge.Core.Publish;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Delivery.Publish;

/// <summary>
/// Keeps the credentials of the broker's links in step with their files. A file that changes is noticed by its content within seconds, however it was
/// replaced, and the links connect anew with it; one that cannot be used leaves the working credentials in use and is said with its name. Expiry is said
/// ahead of time, for what the broker shows too (component <c>credentials</c>).
/// </summary>
public sealed class CredentialKeeper
{
    /// <summary>Component on the health board; reported only where there is something to keep.</summary>
    public const string Component = "credentials";

    /// <summary>Time between two looks at the files.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private const string FilesCause = "files";
    private const string ExpiryCause = "expiry";
    private const string RefusedCause = "refused";
    private const string RenewServer = "Tell whoever runs the broker.";

    private readonly MqttOptions _options;
    private readonly HealthBoard _health;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private IReadOnlyList<CertificateDates> _server = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LinkCredentials? _current;
    private LinkCredentials? _proven;
    private string _seen = string.Empty;

    /// <summary>Makes a keeper; nothing is read yet.</summary>
    /// <param name="options">Name the files.</param>
    /// <param name="health">Where <c>credentials</c> is reported.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="logger">Log.</param>
    public CredentialKeeper(MqttOptions options, HealthBoard health, TimeProvider time, ILogger logger) =>
        (_options, _health, _time, _logger) = (options, health, time, logger);

    private bool HasAnything => _options.UseTls || _options.PasswordFile is not null;

    /// <summary>Credentials for the next connection, and a task that completes when they are outdated.</summary>
    /// <param name="attempt">Failures in a row: new credentials that do not get in take turns with the last ones that did.</param>
    /// <exception cref="BadInputException">No usable ones have been read since the start.</exception>
    internal (LinkCredentials Credentials, Task Outdated) Take(int attempt)
    {
        Look();
        lock (_gate)
        {
            var current = _current ?? CredentialReader.Read(_options);
            return (attempt % 2 == 1 && _proven is { } proven ? proven : current, _changed.Task);
        }
    }

    /// <summary>The broker let a connection in with these.</summary>
    internal void Prove(LinkCredentials credentials)
    {
        lock (_gate)
        {
            _proven = credentials;
            var refused = _current is not null && !ReferenceEquals(credentials, _current);
            Report(RefusedCause, refused ? HealthState.Warning : HealthState.Ok, refused ? "the broker does not accept the files' new credentials; the link uses the earlier ones. Correct the files" : string.Empty);
        }
    }

    /// <summary>Takes note of the certificates that the broker showed.</summary>
    internal void See(IEnumerable<X509Certificate2> shown)
    {
        lock (_gate)
        {
            _server = [.. shown.Select((c, i) => CertificateDates.Of(c, i == 0 ? "the broker's certificate" : "a certificate of the broker's chain", RenewServer))];
        }

        JudgeDates();
    }

    /// <summary>Looks after the files until stopped.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Period, _time);
        do
        {
            Look();
            JudgeDates();
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    /// <summary>What can expire, as known now.</summary>
    internal IReadOnlyList<CertificateDates> Dates
    {
        get
        {
            lock (_gate)
            {
                return [.. _current?.Dates ?? [], .. _server];
            }
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            var contents = CredentialReader.Contents(_options);
            var fingerprint = CredentialReader.Fingerprint(contents);
            if (fingerprint == _seen)
            {
                return;
            }

            _seen = fingerprint;
            Renew(contents);
        }
    }

    private void Renew(IReadOnlyDictionary<string, FileContent> contents)
    {
        LinkCredentials renewed;
        try
        {
            renewed = CredentialReader.Read(_options, contents);
        }
        catch (BadInputException exception)
        {
            // The working ones stay in use: half-written files are whole at one of the next looks.
            Report(FilesCause, _current is null ? HealthState.Failed : HealthState.Warning, _current is null ? exception.Message : $"{exception.Message} The link goes on with what it read before");
            PublishLog.CredentialsUnusable(_logger, exception.Message);
            return;
        }

        Report(FilesCause, renewed.Remarks.Count == 0 ? HealthState.Ok : HealthState.Warning, string.Join("; ", renewed.Remarks));
        var first = _current is null;
        _current = renewed;
        if (!first)
        {
            PublishLog.CredentialsRenewed(_logger);
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void JudgeDates()
    {
        var now = _time.GetUtcNow();
        var judged = Dates.Select(d => d.Judge(now, _options.ExpiryWarningDays)).Where(j => j.State != HealthState.Ok).OrderByDescending(j => j.State).ToList();
        Report(ExpiryCause, judged.Count == 0 ? HealthState.Ok : judged[0].State, string.Join(" ", judged.Select(j => j.Reason).Distinct(StringComparer.Ordinal)));
    }

    private void Report(string cause, HealthState state, string reason)
    {
        if (HasAnything)
        {
            _health.Report(Component, state, reason, cause);
        }
    }
}
