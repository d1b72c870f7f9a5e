using HsiEdge.Appliance.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>Ties the composition to the host: started with it, stopped with it, and whatever ends unexpectedly ends the host.</summary>
internal sealed class ApplianceService(ApplianceConfiguration configuration, ApplianceRun run) : IHostedService
{
    private IHostApplicationLifetime _lifetime = null!;
    private ILoggerFactory _logs = null!;
    private ISystemdNotifier? _manager;
    private ApplianceComposition? _composition;
    private Task _watching = Task.CompletedTask;

    /// <summary>Whether something unexpected ended it.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Gives it the host it runs in.</summary>
    /// <param name="lifetime">Ends with it.</param>
    /// <param name="logs">For its messages.</param>
    /// <param name="manager">The service manager; null where there is none.</param>
    public void Attach(IHostApplicationLifetime lifetime, ILoggerFactory logs, ISystemdNotifier? manager) => (_lifetime, _logs, _manager) = (lifetime, logs, manager);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _composition = await ApplianceComposition.StartAsync(configuration, run, _manager, TimeProvider.System, _logs, cancellationToken);
        _watching = WatchAsync(_composition.Running);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_composition is not null)
        {
            var stopping = _composition.DisposeAsync().AsTask();
            try
            {
                await stopping;
            }
#pragma warning disable CA1031 // Told in the log and by the exit code.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Fail(e);
            }

            await _watching;
        }
    }

    private async Task WatchAsync(Task running)
    {
        try
        {
#pragma warning disable VSTHRD003 // Started by the composition that this service owns.
            await running;
#pragma warning restore VSTHRD003
        }
        catch (OperationCanceledException) when (_lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
#pragma warning disable CA1031 // The one place where the unexpected ends the process.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
        }

        _lifetime.StopApplication();
    }

    private void Fail(Exception exception)
    {
        if (!HasFailed)
        {
            HasFailed = true;
            ApplianceLog.Unexpected(_logs.CreateLogger<ApplianceService>(), exception);
        }
    }
}
