namespace HsiEdge.Proofs.Fuzz;

/// <summary>One way into the box that others can put bytes on.</summary>
internal interface IFuzzTarget : IAsyncDisposable
{
    /// <summary>What the parts of an input are.</summary>
    IReadOnlyList<PartKind> Kinds { get; }

    /// <summary>Words that mean something to the reader: keys, values, limits.</summary>
    IReadOnlyList<string> Words { get; }

    /// <summary>Good inputs to begin with, beside those of the corpus folder.</summary>
    IEnumerable<FuzzInput> Seeds();

    /// <summary>A last touch on a mutated input, such as checksums made right so that the change gets deeper; most targets leave it as it is.</summary>
    FuzzInput Finish(FuzzInput input, ref FuzzRandom random) => input;

    /// <summary>Gives an input to the product.</summary>
    /// <returns>What came of it: "read …", "refused …" with the reason.</returns>
    /// <exception cref="Exception">Anything thrown is a defect: what the product may throw is caught here and returned.</exception>
    ValueTask<string> RunAsync(FuzzInput input);
}
