using HsiEdge.Core;

namespace HsiEdge.Inference.Bundle;

/// <summary>Loads bundles: verified in full, then active; or refused with the reason.</summary>
public static class ModelBundleReader
{
    /// <summary>Loads a bundle.</summary>
    /// <param name="path">The <c>.hsimodel</c> file.</param>
    /// <param name="options">Whom to trust; <see cref="BundleLoadOptions.Default"/> when null.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="BadInputException">The bundle is refused; the message names the file, the entry and what to do.</exception>
    public static OnnxPixelModel Load(string path, BundleLoadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var opening = new BundleOpening(path, options ?? BundleLoadOptions.Default);
        foreach (var (_, run) in opening.Steps)
        {
            _ = run();
        }

        return opening.Take();
    }

    /// <summary>Reads and verifies a bundle up to its card, without loading the model: for lists and inspection.</summary>
    /// <param name="path">The <c>.hsimodel</c> file.</param>
    /// <param name="options">Whom to trust; <see cref="BundleLoadOptions.Default"/> when null.</param>
    /// <exception cref="BadInputException">The bundle is refused; the message names the file, the entry and what to do.</exception>
    public static BundleParts ReadParts(string path, BundleLoadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var opening = new BundleOpening(path, options ?? BundleLoadOptions.Default);
        foreach (var (_, run) in opening.Steps.TakeWhile(_ => opening.Card is null))
        {
            _ = run();
        }

        return new BundleParts(opening.Identity!, opening.Card!, opening.FileBytes, opening.HasSignature, opening.Entries);
    }
}
