using HsiEdge.Core;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>The audit log and its head as they lie in the data folder: verified, read, and written on. Verifying finds faults; it never throws for what the files hold.</summary>
internal sealed class AuditTarget : IFuzzTarget
{
    private const string Log = "audit.jsonl";
    private const string Head = "audit.head";
    private readonly string _folder = ProductFiles.Scratch();
    private readonly FuzzInput _good;
    private int _count;

    private AuditTarget(FuzzInput good) => _good = good;

    public IReadOnlyList<PartKind> Kinds { get; } = [PartKind.Text, PartKind.Text];

    public IReadOnlyList<string> Words { get; } = ["sequence", "utc", "boot", "action", "who", "subject", "details", "previous", "hash", "start", "install", "acknowledge", "case", "{", "}", "\"", "\n"];

    /// <summary>Makes one.</summary>
    public static async Task<IFuzzTarget> MakeAsync()
    {
        var folder = ProductFiles.Scratch();
        using (var file = Open(folder))
        {
            for (var n = 0; n < 4; n++)
            {
                await file.AppendAsync(new AuditEvent((AuditAction)n, "who", $"subject {n}", new Dictionary<string, string>(StringComparer.Ordinal) { ["key"] = "välue \"quoted\"" }), CancellationToken.None);
            }
        }

        var good = new FuzzInput([await File.ReadAllBytesAsync(Path.Combine(folder, Log)), await File.ReadAllBytesAsync(Path.Combine(folder, Head))]);
        Directory.Delete(folder, recursive: true);
        return new AuditTarget(good);
    }

    public IEnumerable<FuzzInput> Seeds() => [_good, _good.With(1, []), _good.With(0, [])];

    public async ValueTask<string> RunAsync(FuzzInput input)
    {
        ProductFiles.Write(Path.Combine(_folder, Log), input.Parts[0]);
        ProductFiles.Write(Path.Combine(_folder, Head), input.Parts[1]);
        var verified = await AuditReader.VerifyAsync(_folder, [], CancellationToken.None);
        var answer = verified.Faults.Count == 0 ? "read whole" : "refused " + verified.Faults[0].Found;
        try
        {
            await foreach (var entry in AuditReader.ReadAsync(_folder, CancellationToken.None))
            {
                _ = entry.Sequence;
            }
        }
        catch (Exception e) when (e is BadInputException or StoreFaultException)
        {
            answer += "; " + e.Message;
        }

        // Writing on costs syncs: not every time.
        return _count++ % 8 == 0 ? answer + await WriteOnAsync() : answer;
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static AuditFile Open(string folder) =>
        new(folder, "01J00000000000000000000000", TimeProvider.System, new HealthBoard(TimeProvider.System), NullLogger<AuditFile>.Instance);

    private async Task<string> WriteOnAsync()
    {
        using var file = Open(_folder);
        try
        {
            await file.AppendAsync(new AuditEvent(AuditAction.Start, "who", "subject"), CancellationToken.None);
            return "";
        }
        catch (StoreFaultException e)
        {
            return "; not written: " + e.Message;
        }
    }
}
