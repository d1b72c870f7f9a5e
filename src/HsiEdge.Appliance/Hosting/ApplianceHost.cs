using HsiEdge.Appliance.Configuration;
using HsiEdge.Core;
using HsiEdge.Core.Record;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace HsiEdge.Appliance.Hosting;

/// <summary>The worker behind <c>hsiedge run</c>: the composition under the generic host, which brings signals, systemd and the log.</summary>
public static class ApplianceHost
{
    private const int Succeeded = 0;
    private const int Failed = 1;
    private const int BadInput = 3;

    /// <summary>Runs the appliance until it is told to stop.</summary>
    /// <param name="configuration">The configuration; with faults it runs in safe mode where it can.</param>
    /// <param name="run">How this run differs from the service's.</param>
    /// <param name="cancellationToken">Stops it cleanly: the program's SIGINT and SIGTERM.</param>
    /// <param name="load">Reads the configuration again on SIGHUP; null leaves the signal its usual meaning.</param>
    /// <returns>Exit code: 0 stopped when told to, 1 failed, 3 a configuration with which it cannot even say so over MQTT.</returns>
    public static async Task<int> RunAsync(ApplianceConfiguration configuration, ApplianceRun run, CancellationToken cancellationToken, Func<ApplianceConfiguration>? load = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(run);
        if (!configuration.CanReachBroker)
        {
            foreach (var fault in configuration.Faults)
            {
                await Console.Error.WriteLineAsync(fault.Message);
            }

            return BadInput;
        }

        using var terminalGone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var hangups = load is null ? null : new Hangups(terminalGone.Cancel);
        using var service = new ApplianceService(configuration, run, load, hangups);
        using var host = Build(run, service);
        service.Attach(host.Services.GetRequiredService<IHostApplicationLifetime>(), host.Services.GetRequiredService<ILoggerFactory>(), host.Services.GetService<ISystemdNotifier>());
        try
        {
            await host.RunAsync(terminalGone.Token);
            return service.HasFailed ? Failed : Succeeded;
        }
        catch (Exception e) when (e is BadInputException or StoreFaultException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Failed;
        }
        catch (OperationCanceledException)
        {
            // Told to stop before it had started.
            return Succeeded;
        }
    }

    /// <summary>
    /// Whether a service manager waits for word that the worker has started. The host's own check reads the name of the parent process, which the
    /// unit hides (ProtectProc=invisible): systemd would wait in vain and end the start as timed out.
    /// </summary>
    private static bool IsSystemdService => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));

    private static IHost Build(ApplianceRun run, ApplianceService service)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, Args = [] });
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddSingleton<IHostedService>(service);
        if (IsSystemdService)
        {
            builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
            builder.Services.AddSingleton<IHostLifetime, SystemdLifetime>();
        }
        else
        {
            builder.Services.RemoveAll<IHostLifetime>();
            builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        }

        // The level is asked for each message: it may change while the box runs.
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
        builder.Logging.AddFilter(level => level >= service.MinimumLogLevel);
        builder.Logging.AddFilter("Microsoft", level => level >= LogLevel.Warning && level >= service.MinimumLogLevel);

        // What keeps it from starting is thrown to here and said once, in one message.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        AddConsole(builder.Logging, run.JsonLog);
        return builder.Build();
    }

    private static void AddConsole(ILoggingBuilder logging, bool json)
    {
        if (json)
        {
            logging.AddJsonConsole(o =>
            {
                o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
                o.UseUtcTimestamp = true;
            });
        }
        else if (IsSystemdService)
        {
            logging.AddSystemdConsole();
        }
        else
        {
            logging.AddSimpleConsole(o =>
            {
                o.SingleLine = true;
                o.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
                o.UseUtcTimestamp = true;
                o.ColorBehavior = LoggerColorBehavior.Disabled;
            });
        }
    }

    /// <summary>The caller's token is the only way to stop.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
