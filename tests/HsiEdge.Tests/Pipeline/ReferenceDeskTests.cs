using HsiEdge.Appliance.Hosting;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Phantom;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Pipeline;

/// <summary>References of a camera that takes none by itself, in a running box.</summary>
public sealed class ReferenceDeskTests : IDisposable
{
    private static readonly ScanPlan Plan = new("plan", new WavelengthAxis([1000, 1075, 1150]), [2000, 2000, 2000], 0, 0.5, StoreRawCube: false)
    {
        Light = new GpioLight(LightCoding.OneHot, [0, 1, 2], 0, WaitForSync: false),
    };

    private readonly TemporaryFolder _folder = new();
    private readonly PipelineMetrics _metrics = new();
    private readonly HealthBoard _health = new(TimeProvider.System);
    private readonly TriggerDesk _desk;
    private string? _active;

    public ReferenceDeskTests()
    {
        _desk = new TriggerDesk(TimeProvider.System, _metrics, NullLogger<TriggerDesk>.Instance);
        _desk.Open();
    }

    [Fact]
    public async Task Without_references_triggers_are_refused_until_commands_have_taken_both()
    {
        await using var references = Make(new PhantomCameraOptions { Lines = 24, Samples = 32 });
        references.BlockWithout();
        Assert.Contains("command/reference-dark", _desk.Post(TriggerCause.Command).RefusalReason, StringComparison.Ordinal);
        Assert.Null((await references.TakeAsync(white: false, 2, CancellationToken.None)).CalibrationId);
        Assert.False(_desk.State.Ready);
        var taken = await references.TakeAsync(white: true, 2, CancellationToken.None);
        Assert.Equal(taken.CalibrationId, _active);
        Assert.True(_desk.Post(TriggerCause.Command).Accepted);
    }

    [Fact]
    public async Task While_references_are_taken_triggers_are_refused_and_a_silent_camera_gives_them_back()
    {
        await using var references = Make(new PhantomCameraOptions { Lines = 24, Samples = 32, Faults = (_, _) => PhantomFault.Silence });
        var taking = references.TakeAsync(white: false, 1, CancellationToken.None);
        Assert.Contains("references are being taken", _desk.Post(TriggerCause.Command).RefusalReason, StringComparison.Ordinal);
        await Assert.ThrowsAsync<CameraFaultException>(() => taking);
        Assert.True(_desk.Post(TriggerCause.Command).Accepted);
        Assert.Null(_active);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _folder.Dispose();
    }

    private ReferenceDesk Make(PhantomCameraOptions options)
    {
        var phantom = new PhantomBandCamera(options, TimeProvider.System);
        var source = new FrameCubeSource(phantom, Plan, new AcquireOptions(), TimeProvider.System, NullLogger<FrameCubeSource>.Instance);
        var stored = new StoredReferences(_folder.File("calibration"), 24, 0.5, 5, new UlidGenerator(TimeProvider.System), _health, TimeProvider.System, NullLogger.Instance);
        var keeper = new ReferenceKeeper(null, 24, retake: null, TimeProvider.System, NullLogger<ReferenceKeeper>.Instance);
        var session = new ReferenceSession(new ApplianceCamera(source, Plan, References: null, phantom), stored, frameTimeoutMilliseconds: 500);
        return new ReferenceDesk(session, keeper, _desk, _health, interlock: null, id => _active = id, CancellationToken.None);
    }
}
