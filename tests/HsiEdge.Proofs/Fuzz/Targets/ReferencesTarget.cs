using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>A recorded cube with the white and dark references given beside it: what <c>replay</c> and <c>train</c> open.</summary>
internal sealed class ReferencesTarget : IFuzzTarget
{
    private readonly string _folder = ProductFiles.Scratch();

    public IReadOnlyList<PartKind> Kinds { get; } = [PartKind.Text, PartKind.Bytes, PartKind.Text, PartKind.Bytes, PartKind.Text, PartKind.Bytes];

    public IReadOnlyList<string> Words => EnviCubeTarget.HeaderWords;

    public IEnumerable<FuzzInput> Seeds() => EnviCubeTarget.Small().Where((_, i) => i % 5 == 0).Select(cube => new FuzzInput([.. cube.Parts, .. cube.Parts, .. cube.Parts]));

    public ValueTask<string> RunAsync(FuzzInput input)
    {
        var paths = new List<string>();
        foreach (var name in (ReadOnlySpan<string>)["cube", "white", "dark"])
        {
            var header = Path.Combine(_folder, name + ".hdr");
            ProductFiles.Write(header, input.Parts[2 * paths.Count]);
            ProductFiles.Write(Path.ChangeExtension(header, ".img"), input.Parts[(2 * paths.Count) + 1]);
            paths.Add(header);
        }

        return ValueTask.FromResult(FuzzTargets.Answer(() =>
        {
            using var cube = EnviCube.Open(paths[0], SpectralQuantity.RawCounts);
            return ReferenceLoader.Load(cube, paths[1], paths[2]);
        }));
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
