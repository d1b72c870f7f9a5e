using HsiEdge.Inference.Bundle;
using HsiEdge.ModelBuilder.Pack;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Infer;

public sealed class BundleTests
{
    [Fact]
    public void A_packed_bundle_loads_and_every_convolution_runs_in_INT8()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a.hsimodel");
        var identity = SampleModels.Pack(path);
        using var model = ModelBundleReader.Load(path);
        Assert.Equal(identity, model.Identity);
        var inspection = BundleInspector.Inspect(path);
        Assert.Equal(2, inspection.Network.QuantizedConvolutions);
        Assert.Equal(0, inspection.Network.FloatConvolutions);
        Assert.Contains(inspection.ToLines(), line => line.Contains("quantized convolutions: 2", StringComparison.Ordinal));
        TestContext.Current.SendDiagnosticMessage(string.Join('\n', inspection.ToLines()));
    }
}
