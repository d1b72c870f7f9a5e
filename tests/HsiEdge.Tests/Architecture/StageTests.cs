using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using HsiEdge.Core;
using Xunit;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace HsiEdge.Tests.Architecture;

/// <summary>
/// Within Core the data flows one way: a stage knows nothing of the stages after it. Two exceptions, by name: Acquire hands on the
/// <c>CalibrationSet</c> that travels with a recording, and Interpret takes its alert ids from Record's <c>UlidGenerator</c>.
/// </summary>
public sealed class StageTests
{
    private static readonly ArchUnitNET.Domain.Architecture Core = new ArchLoader().LoadAssemblies(typeof(BadInputException).Assembly).Build();

    [Theory]
    [InlineData("Cubes", "Envi|Trigger|Acquire|Calibrate|Infer|Interpret|Record|Publish|Pipeline")]
    [InlineData("Envi", "Trigger|Acquire|Calibrate|Infer|Interpret|Record|Publish|Pipeline")]
    [InlineData("Trigger", "Acquire|Calibrate|Infer|Interpret|Record|Publish|Pipeline")]
    [InlineData("Acquire", "Infer|Interpret|Record|Publish|Pipeline")]
    [InlineData("Calibrate", "Infer|Interpret|Record|Publish|Pipeline")]
    [InlineData("Infer", "Interpret|Record|Publish|Pipeline")]
    [InlineData("Interpret", "Publish|Pipeline")]
    [InlineData("Record", "Publish|Pipeline")]
    [InlineData("Publish", "Pipeline")]
    public void A_stage_does_not_know_the_stages_after_it(string stage, string laterStages)
    {
        IObjectProvider<IType> later = Types().That().ResideInNamespaceMatching($@"^HsiEdge\.Core\.({laterStages})(\.|$)").As(laterStages);
        Types().That().ResideInNamespaceMatching($@"^HsiEdge\.Core\.{stage}(\.|$)")
            .Should().NotDependOnAny(later)
            .Because("data flows Trigger → Acquire → Calibrate → Infer → Interpret → Record → Publish")
            .Check(Core);
    }
}
