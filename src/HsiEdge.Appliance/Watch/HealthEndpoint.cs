using System.Net;
using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Publish;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Watch;

/// <summary>
/// Serves the three truths over HTTP: <c>/health/live</c>, <c>/health/ready</c> and <c>/health/degraded</c> answer 200 or 503 with the reasons; <c>/health</c>
/// answers with the whole report, and with 503 while a stage is dead: a dead stage is never 200. A port in use is a warning and tried again.
/// </summary>
internal sealed class HealthEndpoint
{
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(10);
    private readonly MetricsOptions _options;
    private readonly HealthTruth _truth;
    private readonly HealthBoard _health;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    /// <summary>Makes it, without listening.</summary>
    public HealthEndpoint(MetricsOptions options, HealthTruth truth, HealthBoard health, TimeProvider time, ILogger log) =>
        (_options, _truth, _health, _time, _log) = (options, truth, health, time, log);

    /// <summary>Serves until stopped.</summary>
    /// <param name="retried">Told of each attempt to listen that failed.</param>
    /// <param name="stopping">Stops it.</param>
    public async Task RunAsync(Action retried, CancellationToken stopping)
    {
        try
        {
            while (_options.HealthEnabled)
            {
                using var listener = new HttpListener();
                listener.Prefixes.Add(MetricsExport.Prefix(_options, "/health/"));
                try
                {
                    listener.Start();
                    WatchLog.Serving(_log, "/health", _options.Address, _options.Port);
                    _health.Report(MetricsExport.Component, HealthState.Ok, cause: "health");
                    await ServeAsync(listener, stopping);
                }
                catch (HttpListenerException e)
                {
                    Tell(e);
                    retried();
                    await Task.Delay(RetryPeriod, _time, stopping);
                }
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }

    private void Tell(HttpListenerException e)
    {
        var reason = $"/health cannot be served on {_options.Address}:{_options.Port}: {e.Message}. Captures go on. Free the port or set Metrics:Port to another; it is tried again every {RetryPeriod.TotalSeconds:0} s";
        WatchLog.NotServing(_log, reason);
        _health.Report(MetricsExport.Component, HealthState.Warning, reason, "health");
    }

    private async Task ServeAsync(HttpListener listener, CancellationToken stopping)
    {
        while (true)
        {
            var context = await listener.GetContextAsync().WaitAsync(stopping);
            await AnswerAsync(context, stopping);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context, CancellationToken stopping)
    {
        var (status, body) = Answer(context.Request.HttpMethod, context.Request.Url?.AbsolutePath ?? "");
        try
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), HsiEdgeJson.Compact);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength64 = bytes.Length;
            context.Response.Headers["Cache-Control"] = "no-store";
            if (context.Request.HttpMethod != "HEAD")
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                patience.CancelAfter(TimeSpan.FromSeconds(2));
                await context.Response.OutputStream.WriteAsync(bytes, patience.Token);
            }

            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException || (e is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            // Whoever asked is gone.
            context.Response.Abort();
        }
    }

    private (int Status, object Body) Answer(string method, string path)
    {
        if (method is not ("GET" or "HEAD"))
        {
            return (405, new HealthError("only GET and HEAD"));
        }

        var report = _truth.Read();
        return path.TrimEnd('/') switch
        {
            "/health" => (report.Live ? 200 : 503, report),
            "/health/live" => Truth(report.Live, report.Reasons.Live),
            "/health/ready" => Truth(report.Ready, report.Reasons.Ready),
            "/health/degraded" => Truth(!report.Degraded, report.Reasons.Degraded),
            _ => (404, new HealthError("there are /health, /health/live, /health/ready and /health/degraded")),
        };
    }

    private static (int Status, object Body) Truth(bool good, IReadOnlyList<string> reasons) => (good ? 200 : 503, new HealthAnswer(good, reasons));

    private sealed record HealthAnswer(bool Ok, IReadOnlyList<string> Reasons);

    private sealed record HealthError(string Error);
}
