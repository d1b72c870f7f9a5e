using HsiEdge.Core;

namespace HsiEdge.Inference.Bundle;

/// <summary>Takes a bundle the whole way of <see cref="ModelBundleReader"/> and reports each check instead of throwing.</summary>
public static class ModelBundleVerifier
{
    /// <summary>Verifies a bundle.</summary>
    /// <param name="path">The <c>.hsimodel</c> file.</param>
    /// <param name="options">Whom to trust; <see cref="BundleLoadOptions.Default"/> when null.</param>
    public static BundleVerification Verify(string path, BundleLoadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var opening = new BundleOpening(path, options ?? BundleLoadOptions.Default);
        var checks = new List<BundleCheck>();
        var failed = false;
        foreach (var (name, run) in opening.Steps)
        {
            if (failed)
            {
                checks.Add(new BundleCheck(name, BundleCheckOutcome.NotRun, "not reached"));
                continue;
            }

            try
            {
                checks.Add(new BundleCheck(name, BundleCheckOutcome.Ok, run()));
            }
            catch (BadInputException exception)
            {
                failed = true;
                checks.Add(new BundleCheck(name, BundleCheckOutcome.Failed, exception.Message));
            }
        }

        return new BundleVerification(path, !failed, checks, opening.Identity, opening.Card?.TrainedOnSyntheticData);
    }
}
