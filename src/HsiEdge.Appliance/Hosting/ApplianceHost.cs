using HsiEdge.Appliance.Configuration;

namespace HsiEdge.Appliance.Hosting;

/// <summary>The worker behind <c>hsiedge run</c>.</summary>
public static class ApplianceHost
{
    /// <summary>Runs the appliance until it is told to stop.</summary>
    /// <param name="configurationArguments">Command line after the verb: <c>--config FILE</c>, <c>--Section:Key value</c>.</param>
    /// <param name="cancellationToken">Stops it cleanly, as SIGINT and SIGTERM do.</param>
    /// <returns>Exit code: 0 stopped when told to, 1 failed, 3 a configuration that cannot even reach the broker.</returns>
    public static async Task<int> RunAsync(string[] configurationArguments, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var configuration = ApplianceConfiguration.Load(configurationArguments);
        foreach (var fault in configuration.Faults)
        {
            await Console.Error.WriteLineAsync(fault.Message);
        }

        throw new NotImplementedException("the composition");
    }
}
