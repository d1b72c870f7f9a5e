using System.Globalization;
using System.Text;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// What was found damaged in the store, in a file of its own (<c>results.damage</c>, one line a finding): the box goes on saying so, also after a
/// restart, until the store is repaired or a person removes the file.
/// </summary>
internal sealed class DamageList
{
    private const int Ceiling = 1000;

    private readonly IBlockDisk _disk;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly List<string> _findings = [];
    private readonly List<string> _unwritten = [];

    /// <summary>Makes the list; <see cref="Load"/> reads it.</summary>
    public DamageList(StorePaths paths, IBlockDisk disk, TimeProvider time) => (_path, _disk, _time) = (paths.Damage, disk, time);

    /// <summary>Findings, oldest first: file, what was found, since when.</summary>
    public IReadOnlyList<string> Findings => _findings;

    /// <summary>What health says; empty when there is nothing.</summary>
    public string Summary => _findings.Count == 0 ? string.Empty
        : $"{_findings[^1]}{(_findings.Count > 1 ? $" ({_findings.Count} findings in {_path})" : string.Empty)} " +
          $"Check the disk; stop the service and run 'hsiedge store repair', or remove {_path} when it has been dealt with.";

    /// <summary>Reads the file again, and writes down what it could not take before.</summary>
    public void Load()
    {
        _findings.Clear();
        if (_disk.Exists(_path))
        {
            using var file = _disk.Open(_path);
            var bytes = new byte[file.Length];
            _ = file.Read(bytes, 0);
            _findings.AddRange(Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }

        var unwritten = _unwritten.ToList();
        _unwritten.Clear();
        unwritten.ForEach(Write);
    }

    /// <summary>Takes a finding down, durably, unless it is there already.</summary>
    /// <param name="file">Path of the file.</param>
    /// <param name="what">What was found.</param>
    public void Note(string file, string what)
    {
        var text = $"{file}: {what}.";
        if (_findings.Count < Ceiling && !_findings.Exists(f => f.EndsWith(text, StringComparison.Ordinal)))
        {
            Write(_time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss 'UTC '", CultureInfo.InvariantCulture) + text);
        }
    }

    private void Write(string finding)
    {
        _findings.Add(finding);
        try
        {
            var isNew = !_disk.Exists(_path);
            using (var file = _disk.Open(_path))
            {
                file.Write(Encoding.UTF8.GetBytes(finding + "\n"), file.Length);
                file.FlushToDisk();
            }

            if (isNew)
            {
                _disk.SyncFolder(Path.GetDirectoryName(_path)!);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The finding stands in health all the same, and is written at the next opening.
            _unwritten.Add(finding);
        }
    }
}
