using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using HsiEdge.Core.Publish;

namespace HsiEdge.Delivery.Publish;

/// <summary>From when to when a certificate is valid.</summary>
/// <param name="What">Which certificate, in words with its file where it has one.</param>
/// <param name="NotBeforeUtc">Valid from.</param>
/// <param name="NotAfterUtc">Valid until.</param>
/// <param name="Remedy">Who or what renews it.</param>
public sealed record CertificateDates(string What, DateTimeOffset NotBeforeUtc, DateTimeOffset NotAfterUtc, string Remedy)
{
    /// <summary>Dates of a certificate.</summary>
    internal static CertificateDates Of(X509Certificate2 certificate, string what, string remedy) => new(
        $"{what} ({certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)})",
        new DateTimeOffset(certificate.NotBefore.ToUniversalTime()),
        new DateTimeOffset(certificate.NotAfter.ToUniversalTime()),
        remedy);

    /// <summary>Whether it is valid now and for a while.</summary>
    /// <param name="now">The time.</param>
    /// <param name="warningDays">Days before its end from which it is a warning.</param>
    /// <returns>The state, and the reason when it is not ok.</returns>
    public (HealthState State, string Reason) Judge(DateTimeOffset now, int warningDays)
    {
        var end = NotAfterUtc.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        if (now > NotAfterUtc)
        {
            return (HealthState.Failed, $"{What} expired on {end} UTC. {Remedy}");
        }

        if (now < NotBeforeUtc)
        {
            var begin = NotBeforeUtc.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
            return (HealthState.Failed, $"{What} is valid only from {begin} UTC. Set the clock if it is wrong, or use a certificate that is valid now.");
        }

        var days = (NotAfterUtc - now).TotalDays;
        return days <= warningDays
            ? (HealthState.Warning, $"{What} expires in {Math.Floor(days).ToString(CultureInfo.InvariantCulture)} days, on {end} UTC. {Remedy}")
            : (HealthState.Ok, string.Empty);
    }
}
