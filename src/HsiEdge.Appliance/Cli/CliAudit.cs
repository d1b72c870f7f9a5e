using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Appliance.Cli;

/// <summary>The audit log as a verb writes it: the person at the console is named, the worker may run beside it.</summary>
internal static class CliAudit
{
    /// <summary>Writes an entry by the person at the console; the deed comes after it.</summary>
    /// <param name="console">Environment and time.</param>
    /// <param name="dataFolder">Folder of the store that the deed is about.</param>
    /// <param name="action">The kind of deed.</param>
    /// <param name="subject">What it is done to.</param>
    /// <param name="details">More about it.</param>
    /// <param name="cancellationToken">Stops waiting for a turn.</param>
    /// <exception cref="StoreFaultException">It could not be written: the deed must not be done.</exception>
    public static async Task AppendAsync(
        CliConsole console, string dataFolder, AuditAction action, string subject, IReadOnlyDictionary<string, string> details, CancellationToken cancellationToken)
    {
        using var audit = new AuditFile(dataFolder, new UlidGenerator(console.Time).Next(), console.Time, new HealthBoard(console.Time), NullLogger<AuditFile>.Instance);
        await audit.AppendAsync(new AuditEvent(action, Who(console), subject, details), cancellationToken);
    }

    /// <summary>The person: who typed the command, also behind sudo.</summary>
    private static string Who(CliConsole console) =>
        console.Environment.TryGetValue("SUDO_USER", out var person) && person.Length > 0 ? $"user:{person} (as {Environment.UserName})" : $"user:{Environment.UserName}";
}
