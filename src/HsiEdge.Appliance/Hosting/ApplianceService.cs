using HsiEdge.Appliance.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>Ties the composition to the host: started with it, stopped with it, and whatever ends unexpectedly ends the host.</summary>
internal sealed class ApplianceService(ApplianceConfiguration configuration, ApplianceRun run, Func<ApplianceConfiguration>? load, Hangups? hangups) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private IHostApplicationLifetime _lifetime = null!;
    private ILoggerFactory _logs = null!;
    private ISystemdNotifier? _manager;
    private ApplianceComposition? _composition;
    private ApplianceConfiguration _inForce = configuration;
    private Task _watching = Task.CompletedTask;
    private Task _reloading = Task.CompletedTask;
    private volatile bool _isSetUpAnew;

    /// <summary>Whether something unexpected ended it.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Least severe messages that are written.</summary>
    public LogLevel MinimumLogLevel => _inForce.Appliance.MinimumLogLevel;

    /// <summary>Gives it the host it runs in.</summary>
    /// <param name="lifetime">Ends with it.</param>
    /// <param name="logs">For its messages.</param>
    /// <param name="manager">The service manager; null where there is none.</param>
    public void Attach(IHostApplicationLifetime lifetime, ILoggerFactory logs, ISystemdNotifier? manager) => (_lifetime, _logs, _manager) = (lifetime, logs, manager);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _composition = await ApplianceComposition.StartAsync(_inForce, run, _manager, TimeProvider.System, _logs, cancellationToken);
        _watching = WatchAsync(_composition.Running);
        if (load is not null && hangups is not null)
        {
            _reloading = ReloadOnSignalAsync(new ApplianceReload(load, TimeProvider.System, _logs.CreateLogger<ApplianceReload>()), hangups);
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _reloading;
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

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task ReloadOnSignalAsync(ApplianceReload reload, Hangups signals)
    {
        try
        {
            while (true)
            {
                await signals.WaitAsync(_stopping.Token);
                var (read, wholeBox) = await reload.ReadAsync(_composition!, _inForce, _stopping.Token);
                if (wholeBox)
                {
                    await SetUpAnewAsync(read);
                }
                else
                {
                    _inForce = read;
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
#pragma warning disable CA1031 // Told in the log and by the exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
            _lifetime.StopApplication();
        }
    }

    /// <summary>As a restart, but for the process: another boot id. Where the new configuration does not come up the one before does, and says so.</summary>
    private async Task SetUpAnewAsync(ApplianceConfiguration read)
    {
        var before = _composition!;
        await before.Captures.WaitForCaptureAsync(_stopping.Token);
        _isSetUpAnew = true;
        await before.DisposeAsync();
        await _watching;
        _composition = null;
        string? refusal = null;
        try
        {
            _composition = await ApplianceComposition.StartAsync(read, run, _manager, TimeProvider.System, _logs, _stopping.Token);
            _inForce = read;
            ReloadLog.InForce(_logs.CreateLogger<ApplianceReload>());
        }
        catch (Exception e) when (e is Core.BadInputException or Core.Record.StoreFaultException)
        {
            refusal = e.Message;
        }

        if (refusal is not null)
        {
            _composition = await ApplianceComposition.StartAsync(_inForce, run, _manager, TimeProvider.System, _logs, _stopping.Token);
            ApplianceReload.TellFellBack(_composition, refusal);
        }

        _isSetUpAnew = false;
        _watching = WatchAsync(_composition!.Running);
    }

    private async Task WatchAsync(Task running)
    {
        try
        {
#pragma warning disable VSTHRD003 // Started by the composition that this service owns.
            await running;
#pragma warning restore VSTHRD003
        }
        catch (OperationCanceledException) when (_isSetUpAnew || _lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
#pragma warning disable CA1031 // The one place where the unexpected ends the process.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
        }

        if (!_isSetUpAnew)
        {
            _lifetime.StopApplication();
        }
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
