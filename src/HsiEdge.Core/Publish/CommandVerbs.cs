using System.Collections.Frozen;

namespace HsiEdge.Core.Publish;

/// <summary>The commands that the box takes: the last level of <c>command/&lt;verb&gt;</c>.</summary>
public static class CommandVerbs
{
    /// <summary>Capture a cube now.</summary>
    public const string Capture = "capture";

    /// <summary>Acknowledge an alert (<see cref="AcknowledgeRequest"/>).</summary>
    public const string Acknowledge = "acknowledge";

    /// <summary>Set the pseudonymous case.</summary>
    public const string SetCase = "set-case";

    /// <summary>End the case; its alerts end with it.</summary>
    public const string EndCase = "end-case";

    /// <summary>List stored results.</summary>
    public const string QueryResults = "query-results";

    /// <summary>Take a dark reference.</summary>
    public const string ReferenceDark = "reference-dark";

    /// <summary>Take a white reference.</summary>
    public const string ReferenceWhite = "reference-white";

    /// <summary>Verify and activate a bundle.</summary>
    public const string InstallModel = "install-model";

    /// <summary>All of them.</summary>
    public static FrozenSet<string> All { get; } = new[]
    {
        Capture, Acknowledge, SetCase, EndCase, QueryResults, ReferenceDark, ReferenceWhite, InstallModel,
    }.ToFrozenSet(StringComparer.Ordinal);
}
