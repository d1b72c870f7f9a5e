using HsiEdge.Core.Infer;

namespace HsiEdge.Inference.Bundle;

/// <summary>How far a bundle came on its way to being active.</summary>
/// <param name="Path">The file.</param>
/// <param name="Ok">Whether every check passed: the bundle would be loaded.</param>
/// <param name="Checks">Every check in order.</param>
/// <param name="Model">Which model; null when its card was not reached.</param>
/// <param name="TrainedOnSyntheticData">Whether any training data was synthetic; null when the card was not reached.</param>
public sealed record BundleVerification(string Path, bool Ok, IReadOnlyList<BundleCheck> Checks, ModelIdentity? Model, bool? TrainedOnSyntheticData);

/// <summary>One check.</summary>
/// <param name="Name">Which: file, layout, signature, hashes, card, guard, session, self-test.</param>
/// <param name="Outcome">How it went.</param>
/// <param name="Detail">What was found, or why it failed.</param>
public sealed record BundleCheck(string Name, BundleCheckOutcome Outcome, string Detail);

/// <summary>How a check went.</summary>
public enum BundleCheckOutcome
{
    /// <summary>Passed.</summary>
    Ok,

    /// <summary>Failed: the bundle is refused.</summary>
    Failed,

    /// <summary>Not reached, because one before it failed.</summary>
    NotRun,
}
