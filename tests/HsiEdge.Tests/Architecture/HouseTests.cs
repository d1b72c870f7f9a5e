using System.Text.RegularExpressions;
using System.Xml.Linq;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Architecture;

/// <summary>The design's arrows between projects, as the project files and docs/architecture.md have them.</summary>
public sealed partial class HouseTests
{
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["Core"] = [],
        ["Phantom"] = ["Core"],
        ["Devices"] = ["Core", "Phantom"],
        ["Inference"] = ["Core"],
        ["Delivery"] = ["Core"],
        ["Appliance"] = ["Core", "Phantom", "Devices", "Inference", "Delivery"],
        ["ModelBuilder"] = ["Core", "Phantom", "Inference"],
        ["Demo"] = ["Appliance"],
        ["Fhir"] = ["Core"],
    };

    public static TheoryData<string> Projects => [.. Arrows.Keys];

    [Fact]
    public void Every_project_of_the_product_has_its_arrows_named_here()
    {
        var found = Directory.GetDirectories(Path.Combine(SharedData.RepositoryRoot, "src")).Select(d => Path.GetFileName(d)["HsiEdge.".Length..]);
        Assert.Equal(Arrows.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_exactly_what_the_design_allows(string project)
    {
        var references = ProjectFile(project).Descendants("ProjectReference")
            .Select(r => ProjectName().Match((string)r.Attribute("Include")!).Groups[1].Value);
        Assert.Equal(Arrows[project].Order(StringComparer.Ordinal), references.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Core_uses_no_third_party_package()
    {
        var packages = ProjectFile("Core").Descendants("PackageReference").Select(p => (string)p.Attribute("Include")!);
        Assert.All(packages, p => Assert.StartsWith("Microsoft.Extensions.", p, StringComparison.Ordinal));
    }

    [Fact]
    public void The_appliance_carries_nothing_of_the_FHIR_library()
    {
        var locked = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "src", "HsiEdge.Appliance", "packages.lock.json"));
        Assert.DoesNotContain("Fhir", locked, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Hl7.Fhir.R4", File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "src", "HsiEdge.Fhir", "packages.lock.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_drawing_in_the_docs_shows_the_arrows_that_are_there()
    {
        var text = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "architecture.md"));
        var house = text[text.IndexOf("flowchart TD", StringComparison.Ordinal)..];
        house = house[..house.IndexOf("```", StringComparison.Ordinal)];
        var drawn = DrawnArrow().Matches(house).Select(m => $"{m.Groups[1].Value} -> {m.Groups[2].Value}");
        var real = Arrows.SelectMany(a => a.Value.Select(to => $"{a.Key} -> {to}"));
        Assert.Equal(real.Order(StringComparer.Ordinal), drawn.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_docs_name_every_project_of_the_solution()
    {
        var text = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "architecture.md"));
        var solution = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "HsiEdge.sln"));
        var projects = SolutionProject().Matches(solution).Select(m => m.Groups[1].Value).ToList();
        Assert.True(projects.Count >= 12, $"Found only {projects.Count} projects in the solution.");
        Assert.All(projects, p => Assert.Contains($"| `{p}` |", text, StringComparison.Ordinal));
    }

    private static XDocument ProjectFile(string project) =>
        XDocument.Load(Path.Combine(SharedData.RepositoryRoot, "src", $"HsiEdge.{project}", $"HsiEdge.{project}.csproj"));

    [GeneratedRegex(@"HsiEdge\.(\w+)\.csproj$")]
    private static partial Regex ProjectName();

    [GeneratedRegex(@"^\s*(\w+) --> (\w+)\s*$", RegexOptions.Multiline)]
    private static partial Regex DrawnArrow();

    [GeneratedRegex("\"(HsiEdge\\.\\w+)\", \"[^\"]+csproj\"")]
    private static partial Regex SolutionProject();
}
