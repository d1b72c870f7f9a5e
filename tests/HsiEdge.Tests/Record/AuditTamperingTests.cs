using System.Security.Cryptography;
using System.Text;
using HsiEdge.Delivery.Record;
using Xunit;

namespace HsiEdge.Tests.Record;

/// <summary>Whatever is done to the files of the audit log is found.</summary>
public sealed class AuditTamperingTests : IDisposable
{
    private const int Entries = 5;
    private readonly AuditFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_untouched_log_verifies()
    {
        await _folder.WithAsync(Entries);
        var found = await _folder.VerifyAsync();
        Assert.Equal((Entries, Entries, 0, 0), ((int)found.Entries, (int)found.Head!.Sequence, found.Faults.Count, found.Notes.Count));
    }

    [Theory]
    [InlineData("audit.jsonl")]
    [InlineData("audit.head")]
    public async Task Every_bit_flipped_at_every_position_is_found(string name)
    {
        await _folder.WithAsync(Entries);
        var path = Path.Combine(_folder.Folder, name);
        var bytes = await File.ReadAllBytesAsync(path);
        for (var position = 0; position < bytes.Length; position++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                await RequireFoundAsync(path, [.. bytes[..position], (byte)(bytes[position] ^ (1 << bit)), .. bytes[(position + 1)..]], $"bit {bit} of byte {position}");
            }
        }
    }

    [Theory]
    [InlineData("audit.jsonl")]
    [InlineData("audit.head")]
    public async Task Every_byte_taken_out_and_every_byte_put_in_is_found(string name)
    {
        await _folder.WithAsync(Entries);
        var path = Path.Combine(_folder.Folder, name);
        var bytes = await File.ReadAllBytesAsync(path);
        for (var position = 0; position < bytes.Length; position++)
        {
            await RequireFoundAsync(path, [.. bytes[..position], .. bytes[(position + 1)..]], $"byte {position} taken out");
            foreach (var put in "\n a0"u8.ToArray())
            {
                await RequireFoundAsync(path, [.. bytes[..position], put, .. bytes[position..]], $"{put} put before {position}");
            }
        }
    }

    [Fact]
    public async Task Every_line_deleted_duplicated_or_swapped_is_found()
    {
        await _folder.WithAsync(Entries);
        var lines = Lines(await File.ReadAllTextAsync(_folder.Log));
        for (var i = 0; i < lines.Count; i++)
        {
            await RequireFoundAsync(_folder.Log, Bytes([.. lines.Where((_, at) => at != i)]), $"line {i} deleted");
            for (var j = 0; j < lines.Count; j++)
            {
                List<string> duplicated = [.. lines[..j], lines[i], .. lines[j..]];
                await RequireFoundAsync(_folder.Log, Bytes(duplicated), $"line {i} once more before {j}");
                if (i < j)
                {
                    List<string> swapped = [.. lines];
                    (swapped[i], swapped[j]) = (lines[j], lines[i]);
                    await RequireFoundAsync(_folder.Log, Bytes(swapped), $"lines {i} and {j} swapped");
                }
            }
        }
    }

    [Fact]
    public async Task Every_truncation_is_found_and_named()
    {
        await _folder.WithAsync(Entries);
        var bytes = await File.ReadAllBytesAsync(_folder.Log);
        for (var length = 0; length < bytes.Length; length++)
        {
            await RequireFoundAsync(_folder.Log, bytes[..length], $"cut to {length} bytes");
        }

        var lines = Lines(Encoding.UTF8.GetString(bytes));
        await File.WriteAllBytesAsync(_folder.Log, Bytes(lines[..2]));
        var fault = (await _folder.VerifyAsync()).Faults[0];
        Assert.Contains("ends with entry 2", fault.Found, StringComparison.Ordinal);
        Assert.Contains("entry 5", fault.Expected, StringComparison.Ordinal);
        Assert.Contains("audit.head remembers", fault.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_were_removed_are_missed()
    {
        await _folder.WithAsync(Entries);
        File.Move(_folder.Log, _folder.Log + "-");
        Assert.NotEmpty((await _folder.VerifyAsync()).Faults);
        File.Move(_folder.Log + "-", _folder.Log);
        File.Delete(_folder.Head);
        Assert.Contains("audit.head is missing", Assert.Single((await _folder.VerifyAsync()).Faults).Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_written_anew_with_its_head_is_found_by_a_head_kept_elsewhere_and_only_by_that()
    {
        await _folder.WithAsync(Entries);
        var kept = (await _folder.VerifyAsync()).Head!;
        File.Delete(_folder.Log);
        File.Delete(_folder.Head);
        await _folder.WithAsync(Entries + 1);

        Assert.Empty((await _folder.VerifyAsync()).Faults);
        var fault = Assert.Single((await _folder.VerifyAsync(new AuditAnchor("the status", kept))).Faults);
        Assert.Contains("entry 5", fault.Found, StringComparison.Ordinal);
        Assert.Contains($"{kept.Sha256}, which the status remembers", fault.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_line_is_named_with_what_was_found_and_expected()
    {
        await _folder.WithAsync(Entries);
        var text = await File.ReadAllTextAsync(_folder.Log);
        await File.WriteAllTextAsync(_folder.Log, text.Replace("\"subject\":\"2\"", "\"subject\":\"7\"", StringComparison.Ordinal));
        var fault = Assert.Single((await _folder.VerifyAsync()).Faults);
        Assert.Equal(3, fault.Line);
        Assert.StartsWith("hash ", fault.Found, StringComparison.Ordinal);
        Assert.Contains("the line was changed", fault.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hash_is_one_that_anyone_can_make()
    {
        await _folder.WithAsync(2);
        var line = Lines(await File.ReadAllTextAsync(_folder.Log))[1];
        var hashed = line[..line.IndexOf(",\"hash\":", StringComparison.Ordinal)];
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hashed))), (await _folder.ReadAsync())[1].Hash);
    }

    [Fact]
    public async Task Faults_without_end_are_counted_beyond_a_hundred()
    {
        await _folder.WithAsync(1);
        await File.AppendAllTextAsync(_folder.Log, string.Concat(Enumerable.Repeat("no entry\n", 150)));
        var found = await _folder.VerifyAsync();
        Assert.Equal(100, found.Faults.Count);
        Assert.Contains("50 more", Assert.Single(found.Notes), StringComparison.Ordinal);
    }

    private static List<string> Lines(string text) => [.. text.TrimEnd('\n').Split('\n')];

    private static byte[] Bytes(List<string> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n")));

    private async Task RequireFoundAsync(string path, byte[] changed, string what)
    {
        var original = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, changed);
        var found = await _folder.VerifyAsync();
        Assert.True(found.Faults.Count > 0, $"{Path.GetFileName(path)}: {what} was not found");
        Assert.All(found.Faults, f => Assert.False(string.IsNullOrEmpty(f.Found) || string.IsNullOrEmpty(f.Expected)));
        await File.WriteAllBytesAsync(path, original);
    }
}
