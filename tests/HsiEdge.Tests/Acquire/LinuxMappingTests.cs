using System.Runtime.InteropServices;
using HsiEdge.Devices.Kernel;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Acquire;

public sealed class LinuxMappingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Mapped_memory_is_the_files_own_at_its_offset()
    {
        var page = Environment.SystemPageSize;
        var path = _folder.File("memory");
        var bytes = new byte[3 * page];
        bytes[page] = 7;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        var calls = LinuxSystemCalls.Instance;
        var file = calls.Open(path);
        Assert.Equal(0, calls.Map(file, page, (nuint)page, out var address));
        Assert.Equal(7, Marshal.ReadByte(address));
        Marshal.WriteByte(address, 1, 9);
        Assert.Equal(0, calls.Unmap(address, (nuint)page));
        Assert.Equal(0, calls.Close(file));
        Assert.Equal(9, (await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken))[page + 1]);
    }

    [Fact]
    public void A_mapping_that_the_kernel_refuses_gives_its_error_number() =>
        Assert.Equal(-ErrorNumber.BadDescriptor, LinuxSystemCalls.Instance.Map(-1, 0, (nuint)Environment.SystemPageSize, out _));
}
