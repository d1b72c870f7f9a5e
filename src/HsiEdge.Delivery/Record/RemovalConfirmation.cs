namespace HsiEdge.Delivery.Record;

/// <summary>A person's word that more may be removed than goes without asking: a file that the running service takes within seconds.</summary>
public static class RemovalConfirmation
{
    private const string FileName = "removal.confirmed";

    /// <summary>Gives the word for what the service asks at this moment.</summary>
    /// <param name="dataFolder">Absolute path.</param>
    /// <param name="patience">How long the service may take.</param>
    /// <param name="cancellationToken">Takes the word back.</param>
    /// <returns>False when no service took it: it is taken back.</returns>
    public static async Task<bool> GiveAsync(string dataFolder, TimeSpan patience, CancellationToken cancellationToken)
    {
        var path = Path.Combine(dataFolder, FileName);
        var begin = TimeProvider.System.GetTimestamp();
        await File.WriteAllBytesAsync(path, [], cancellationToken);
        try
        {
            while (File.Exists(path) && TimeProvider.System.GetElapsedTime(begin) < patience)
            {
                await Task.Delay(50, cancellationToken);
            }

            return !File.Exists(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Takes the word if it was given.</summary>
    internal static bool Take(StorePaths paths)
    {
        var path = Path.Combine(paths.Folder, FileName);
        if (!File.Exists(path))
        {
            return false;
        }

        File.Delete(path);
        return true;
    }
}
