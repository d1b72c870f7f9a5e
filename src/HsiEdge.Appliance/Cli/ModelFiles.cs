using HsiEdge.Appliance.Configuration;
using HsiEdge.Core;
using HsiEdge.Inference.Bundle;

namespace HsiEdge.Appliance.Cli;

/// <summary>Where bundles and trusted keys are, by configuration.</summary>
internal static class ModelFiles
{
    /// <summary>Ending of a bundle.</summary>
    public const string Extension = ".hsimodel";

    /// <summary>Folder of the bundles that come with the program.</summary>
    /// <param name="programFolder">Folder of the program.</param>
    public static string Folder(string programFolder) => Path.Combine(programFolder, "models");

    /// <summary>The bundle that classifies: the configured one, or the one that comes with the program.</summary>
    /// <param name="options">Section <c>Model</c>.</param>
    /// <param name="programFolder">Folder of the program.</param>
    public static string BundlePath(ModelOptions options, string programFolder) =>
        options.BundlePath.Length > 0 ? Path.GetFullPath(options.BundlePath) : Path.Combine(Folder(programFolder), "gastric-phantom" + Extension);

    /// <summary>Whom to trust, by configuration or by a folder named on the command line.</summary>
    /// <param name="options">Section <c>Model</c>.</param>
    /// <param name="keysFolder">Folder instead of the configured one, or null.</param>
    /// <param name="requireSignature">Whether the command line asks for a signature.</param>
    /// <exception cref="BadInputException">The folder or a key cannot be read.</exception>
    public static BundleLoadOptions Trust(ModelOptions options, string? keysFolder = null, bool requireSignature = false)
    {
        var folder = keysFolder ?? options.TrustedKeysFolder;
        return new BundleLoadOptions
        {
            TrustedPublicKeysPem = folder.Length == 0 ? [] : ReadKeys(folder),
            RequireSignature = options.RequireSignature || requireSignature,
        };
    }

    private static List<string> ReadKeys(string folder)
    {
        try
        {
            var files = Directory.GetFiles(folder, "*.pem").Order(StringComparer.Ordinal).ToList();
            return files.Count > 0
                ? [.. files.Select(File.ReadAllText)]
                : throw new BadInputException($"{folder} holds no public key; expected files ending in .pem that begin with -----BEGIN PUBLIC KEY-----.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The folder of trusted keys {folder} cannot be read: {e.Message}", e);
        }
    }
}
