using System.CommandLine;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Cli;

/// <summary>Which store a verb is about: that of the configuration, or of <c>--data-folder</c>.</summary>
internal static class StoreFolderOption
{
    /// <summary>The option.</summary>
    public static Option<DirectoryInfo> Create() => new("--data-folder") { HelpName = "DIR", Description = "Folder of the store instead of Store:DataFolder." };

    /// <summary>Options of the store that is meant.</summary>
    public static StoreOptions Read(CliShell shell, ParseResult parsed, Option<FileInfo> config, Option<DirectoryInfo> folder)
    {
        if (parsed.GetValue(folder) is { } given)
        {
            return new StoreOptions { DataFolder = given.FullName };
        }

        var configuration = shell.LoadConfiguration(parsed.GetValue(config));
        configuration.ThrowIfFaulty();
        return configuration.Store;
    }

    /// <summary>Absolute path of its folder, which has to hold a store.</summary>
    public static string FolderOf(StoreOptions options)
    {
        var path = Path.GetFullPath(options.DataFolder);
        return File.Exists(Path.Combine(path, "results.db")) ? path : throw new Core.BadInputException(
            $"Store:DataFolder {path} holds no result store (results.db is missing). Run the service once, or set Store:DataFolder to the folder that it uses.");
    }
}
