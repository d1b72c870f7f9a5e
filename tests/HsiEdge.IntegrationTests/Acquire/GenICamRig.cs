using System.Diagnostics;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.GenICam;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging;
using Xunit;

namespace HsiEdge.IntegrationTests.Acquire;

/// <summary>The product's camera on a fake camera of its own, and what is known of that one's pictures.</summary>
internal sealed class GenICamRig : IAsyncDisposable
{
    public const int Lines = 64;
    public const int Samples = 160;

    private GenICamRig(FakeGigECamera fake, GenICamCamera camera, CollectingLogger<GenICamCamera> log) => (Fake, Camera, Log) = (fake, camera, log);

    public FakeGigECamera Fake { get; }

    public GenICamCamera Camera { get; }

    public CollectingLogger<GenICamCamera> Log { get; }

    /// <summary>What suits loopback: packets below 1,500 bytes through a plain socket.</summary>
    public static CameraFeatures Features { get; } = new()
    {
        Origin = "camera.json",
        PixelFormat = GenICamPixelFormat.Mono8,
        Region = new SensorRegion(0, 0, Samples, Lines),

        // At 10,000 µs the fake camera's picture is neither brightened nor darkened.
        ExposureMicroseconds = 10_000,
        PacketBytes = 1_400,
        StreamBuffers = 32,
    };

    public static async Task<GenICamRig> OpenAsync(CameraFeatures features, int lostPerThousand = 0)
    {
        var fake = await FakeGigECamera.StartAsync(lostPerThousand);
        var log = new CollectingLogger<GenICamCamera>();
        var rig = new GenICamRig(fake, Make(fake, features, log), log);
        try
        {
            await rig.Camera.OpenAsync(Within(20));
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Frames a second when the camera runs by itself, set by the GenICam feature of that name.</summary>
    public static CameraFeatures AtRate(int framesPerSecond, CameraFeatures features) =>
        features with { Others = [new CameraFeature("AcquisitionFrameRate", (double)framesPerSecond)] };

    public static GenICamCamera Make(FakeGigECamera fake, CameraFeatures features, ILogger<GenICamCamera> log) =>
        new(new GenICamOptions { Device = fake.Serial, Features = features }, TimeProvider.System, log);

    /// <summary>Patience for one step on a loaded machine.</summary>
    public static CancellationToken Within(int seconds)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        return limit.Token;
    }

    /// <summary>Waits for something to become so.</summary>
    /// <returns>The time it took.</returns>
    public static async Task<TimeSpan> UntilAsync(Func<bool> condition, string what, int seconds = 30)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(seconds), $"not within {seconds} s: {what}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        return Stopwatch.GetElapsedTime(begun);
    }

    /// <summary>The fake camera draws a diagonal ramp that moves by one a frame; a frame mixed of two, or with a hole, breaks it.</summary>
    public static void AssertWholeFrame(CameraFrame frame)
    {
        var pixels = frame.Pixels.Span;
        Assert.Equal(Lines * Samples, pixels.Length);
        for (var i = 0; i < pixels.Length; i++)
        {
            var expected = (pixels[0] + (i % Samples) + (i / Samples)) % 255;
            if (pixels[i] != expected)
            {
                Assert.Fail($"frame {frame.FrameId}: pixel {i} is {pixels[i]}, expected {expected}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Camera.DisposeAsync();
        }
        finally
        {
            // Whatever the test found, no process and no address may stay behind.
            await Fake.DisposeAsync();
        }
    }
}
