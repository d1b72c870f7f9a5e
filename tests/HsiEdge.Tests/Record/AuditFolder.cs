using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Tests.Record;

/// <summary>A data folder with an audit log, and copies of it that were tampered with.</summary>
internal sealed class AuditFolder : IDisposable
{
    public const string Boot = "01JD0000000000000000000000";
    private readonly TemporaryFolder _folder = new();
    private readonly List<AuditFile> _files = [];

    public FaultyDisk Disk { get; } = new();

    public string Folder => _folder.File("data");

    public string Log => Path.Combine(Folder, "audit.jsonl");

    public string Head => Path.Combine(Folder, "audit.head");

    /// <summary>What <see cref="Open"/>ed logs tell of themselves.</summary>
    public HealthBoard Health { get; } = new(TimeProvider.System);

    public AuditFile Open()
    {
        var file = new AuditFile(Folder, Boot, TimeProvider.System, Health, NullLogger<AuditFile>.Instance, Disk);
        _files.Add(file);
        return file;
    }

    /// <summary>Writes so many entries of all kinds.</summary>
    public async Task<AuditFolder> WithAsync(int entries)
    {
        var audit = Open();
        var actions = Enum.GetValues<AuditAction>();
        for (var i = 0; i < entries; i++)
        {
            await audit.AppendAsync(Event(actions[i % actions.Length], $"{i}"), CancellationToken.None);
        }

        return this;
    }

    public static AuditEvent Event(AuditAction action, string subject) =>
        new(action, "user:ada", subject, new Dictionary<string, string>(StringComparer.Ordinal) { ["version"] = "1.2.0 → 1.3.0", ["text"] = "a \"b\"\n\\ é" });

    public Task<AuditVerification> VerifyAsync(params AuditAnchor[] anchors) => AuditReader.VerifyAsync(Folder, anchors, CancellationToken.None);

    public async Task<List<AuditEntry>> ReadAsync()
    {
        var entries = new List<AuditEntry>();
        await foreach (var entry in AuditReader.ReadAsync(Folder, CancellationToken.None))
        {
            entries.Add(entry);
        }

        return entries;
    }

    public HealthItem? StoreHealth => Health.Snapshot().Items.SingleOrDefault(i => i.Component == "store");

    public void Dispose()
    {
        _files.ForEach(f => f.Dispose());
        _folder.Dispose();
    }
}
