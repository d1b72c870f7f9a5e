using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace HsiEdge.Tests.Pipeline;

/// <summary>The real pipeline between a fake camera, a fake model and a fake disk.</summary>
internal sealed class PipelineRig : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CubeAnalyzer _analyzer;
    private readonly ThresholdModel _model = new();
    private Task _running = Task.CompletedTask;

    public PipelineRig(FakeResultStore? store = null, InterpretOptions? interpret = null, Func<FakeCamera, CalibrationSet?>? calibration = null, RawCubeFolder? rawCubes = null,
        Func<FakeCamera, CalibrationSet>? retake = null, Func<CancellationToken, Task<CalibrationSet>>? retakeAsync = null)
    {
        Store = store ?? new FakeResultStore();
        Time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        Camera = new FakeCamera(Time);
        Health = new HealthBoard(Time);
        Ids = new UlidGenerator(Time);
        Desk = new TriggerDesk(Time, Metrics, NullLogger<TriggerDesk>.Instance);
        var options = interpret ?? new InterpretOptions { RaiseAfterCubes = 2, EndAfterCubes = 2 };
        _analyzer = new CubeAnalyzer(_model, new ProcessingOptions { Workers = 1 }, options, new FakeOverlay(), Time);
        _options = options;
        _rawCubes = rawCubes;
        _references = new ReferenceKeeper(
            calibration is null ? Camera.References() : calibration(Camera),
            new ProcessingOptions().MaximumCalibrationAgeHours,
            retakeAsync ?? (retake is null ? null : _ => Task.FromResult(retake(Camera))),
            Time,
            NullLogger<ReferenceKeeper>.Instance);
    }

    private readonly InterpretOptions _options;
    private readonly ReferenceKeeper _references;
    private readonly RawCubeFolder? _rawCubes;

    public FakeTimeProvider Time { get; }

    public FakeCamera Camera { get; }

    public FakeResultStore Store { get; }

    public HealthBoard Health { get; }

    public UlidGenerator Ids { get; }

    public PipelineMetrics Metrics { get; } = new();

    public TriggerDesk Desk { get; }

    public FakeInterlock Interlock { get; } = new();

    /// <summary>Whether results and alerts are told in a summary too.</summary>
    public bool WithSummary { get; init; }

    public CaseBook Book { get; private set; } = null!;

    public Task Running => _running;

    public async Task<PipelineRig> StartAsync()
    {
        var identity = new ApplianceIdentity("site", "cart", "1.0.0", Ids.Next());
        var composer = new MessageComposer(identity, Ids, Time);
        Book = await CaseBook.OpenAsync(
            _options, Store, composer, Ids, Time, Metrics, NullLogger<CaseBook>.Instance, WithSummary ? [new SummaryDialect(composer)] : [], CancellationToken.None);
        var pipeline = new CapturePipeline(
            Desk, Camera, _references, _analyzer, _model.Card.Classes, Book, _rawCubes, Health, Ids, Time, Metrics, NullLogger<CapturePipeline>.Instance,
            Interlock);
        _running = pipeline.RunAsync(_stopping.Token);
        Desk.Open();
        return this;
    }

    public async Task<TriggerOutcome> CaptureAsync() => await Desk.Post(TriggerCause.Command).Completion.WaitAsync(TimeSpan.FromSeconds(10));

    public HealthItem? HealthOf(string component) => Health.Snapshot().Items.FirstOrDefault(i => i.Component == component);

    /// <summary>Stops as the host does: closes the desk, abandons the capture in flight.</summary>
    public async Task StopAsync()
    {
        Desk.Close("stopping", "the box is stopping", forGood: true);
        await _stopping.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Stops the pipeline alone; the desk is as it was.</summary>
    public async Task StopPipelineAsync()
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(10));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_running.IsCompleted)
        {
            await StopAsync();
        }

        _analyzer.Dispose();
        Book?.Dispose();
        Metrics.Dispose();
        Interlock.Dispose();
        _stopping.Dispose();
    }
}
