namespace HsiEdge.Core.Trigger;

/// <summary>Which lines of a board are wired to what (<c>firmware-config/boards/*.json</c>).</summary>
/// <param name="Name">Name of the profile, such as "jetson-orin-nano".</param>
/// <param name="Title">Name of the board, for people.</param>
/// <param name="Simulated">True when there is no board: the lines live in memory.</param>
/// <param name="Lines">All lines; at most one of each role but <see cref="PinRole.SourceStep"/>.</param>
public sealed record BoardProfile(string Name, string Title, bool Simulated, IReadOnlyList<PinLine> Lines)
{
    /// <summary>The line of a role; null where the board has none.</summary>
    /// <param name="role">What it is wired to.</param>
    public PinLine? Find(PinRole role) => Lines.FirstOrDefault(l => l.Role == role);

    /// <summary>All lines of a role in order of their index.</summary>
    /// <param name="role">What they are wired to.</param>
    public IReadOnlyList<PinLine> All(PinRole role) => [.. Lines.Where(l => l.Role == role).OrderBy(l => l.Index)];
}
