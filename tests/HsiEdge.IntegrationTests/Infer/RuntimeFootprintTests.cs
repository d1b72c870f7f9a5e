using System.Diagnostics;
using HsiEdge.Inference.Onnx;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Infer;

/// <summary>ONNX Runtime leaves no file and opens no connection: its telemetry is off before its library loads.</summary>
public sealed class RuntimeFootprintTests
{
    // What the child below does: the real path from a file to an output.
    [Fact]
    public void A_model_loads_and_runs()
    {
        var folder = SharedData.Path("onnx-node-quant", "test_relu");
        using var session = OnnxSession.Open(File.ReadAllBytes(Path.Combine(folder, "model.onnx")), "relu");
        var input = TensorProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, "test_data_set_0", "input_0.pb")));
        Assert.Single(session.Run(new Dictionary<string, TensorProto>(StringComparer.Ordinal) { [session.Model.Graph.Input[0].Name] = input }));
    }

    [Fact]
    public async Task A_process_that_loads_ONNX_Runtime_writes_nothing_to_its_home_and_opens_no_socket()
    {
        using var home = new TemporaryFolder();
        using var traces = new TemporaryFolder();
        var trace = traces.File("trace");
        var program = Path.Combine(AppContext.BaseDirectory, "HsiEdge.IntegrationTests");
        var start = new ProcessStartInfo("strace") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in new[]
                 {
                     "-f", "-qq", "-e", "trace=socket,connect,openat,mkdir,mkdirat", "-o", trace,
                     program, "-method", $"{typeof(RuntimeFootprintTests).FullName}.{nameof(A_model_loads_and_runs)}",
                 })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["HOME"] = home.Path;
        start.Environment["XDG_CACHE_HOME"] = home.File("cache");
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment.Remove("ORT_DISABLE_TELEMETRY");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{await output}{await errors}");
        var calls = await File.ReadAllLinesAsync(trace, TestContext.Current.CancellationToken);
        Assert.Contains(calls, line => line.Contains("libonnxruntime.so", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(home.Path));
        Assert.DoesNotContain(calls, line => line.Contains("AF_INET", StringComparison.Ordinal));
        Assert.DoesNotContain(calls, line => line.Contains("connect(", StringComparison.Ordinal));
        Assert.DoesNotContain(calls, line => line.Contains(home.Path, StringComparison.Ordinal) && line.Contains("O_CREAT", StringComparison.Ordinal));
    }
}
