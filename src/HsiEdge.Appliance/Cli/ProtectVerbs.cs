using System.CommandLine;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Cli;

/// <summary><c>hsiedge results protect|unprotect|protected</c>: cases of which the store removes nothing, whether or not the worker runs.</summary>
internal static class ProtectVerbs
{
    public static Command Protect(CliShell shell) => Change(
        shell, "protect", "Protects a case: nothing of it is removed, whatever the quota or the age. Also while the worker runs.", (cases, id, ct) => cases.AddAsync(id, ct), "is protected", "was protected already");

    public static Command Unprotect(CliShell shell) => Change(
        shell, "unprotect", "Takes the protection of a case back: it may be removed in its turn.", (cases, id, ct) => cases.RemoveAsync(id, ct), "is not protected any more", "was not protected");

    public static Command List(CliShell shell)
    {
        var (folder, config, json) = (StoreFolderOption.Create(), CliShell.ConfigOption(), CliShell.JsonOption());
        return shell.Verb("protected", "Lists the protected cases.", json, config, [folder], async (parsed, _) =>
        {
            var cases = new ProtectedCases(StoreFolderOption.FolderOf(StoreFolderOption.Read(shell, parsed, config, folder))).Read();
            if (parsed.GetValue(json))
            {
                await shell.WriteJsonAsync(new ProtectedList(cases));
                return ExitCodes.Success;
            }

            foreach (var id in cases)
            {
                await shell.Console.Out.WriteLineAsync(id);
            }

            await shell.Console.Out.WriteLineAsync($"{cases.Count} protected case{(cases.Count == 1 ? "" : "s")}.");
            return ExitCodes.Success;
        });
    }

    private static Command Change(
        CliShell shell, string verb, string description, Func<ProtectedCases, string, CancellationToken, Task<bool>> change, string done, string nothing)
    {
        var id = new Argument<string>("CASE") { Description = "Pseudonymous case, as 'results list' shows it." };
        var (folder, config, json) = (StoreFolderOption.Create(), CliShell.ConfigOption(), CliShell.JsonOption());
        return shell.Verb(verb, description, json, config, [id, folder], async (parsed, cancellationToken) =>
        {
            var caseId = parsed.GetRequiredValue(id);
            var path = StoreFolderOption.FolderOf(StoreFolderOption.Read(shell, parsed, config, folder));
            await CliAudit.AppendAsync(
                shell.Console, path, AuditAction.Protect, caseId, new Dictionary<string, string>(StringComparer.Ordinal) { ["verb"] = verb }, cancellationToken);
            var changed = await change(new ProtectedCases(path), caseId, cancellationToken);
            if (parsed.GetValue(json))
            {
                await shell.WriteJsonAsync(new ProtectionChange(caseId, changed));
            }
            else
            {
                await shell.Console.Out.WriteLineAsync($"Case {caseId} {(changed ? done : nothing)}.");
            }

            return ExitCodes.Success;
        });
    }

    private sealed record ProtectedList(IReadOnlyList<string> Cases);

    private sealed record ProtectionChange(string CaseId, bool Changed);
}
