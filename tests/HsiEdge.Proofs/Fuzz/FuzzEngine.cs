using System.Text;
using HsiEdge.Core;

namespace HsiEdge.Proofs.Fuzz;

/// <summary>
/// Makes the cases of one target: an input of the pool, changed one to a few times. An input that gives an answer not seen before (numbers and names apart) joins the
/// pool, so that the next ones start from there: what a coverage-guided fuzzer does, with the reader's own words as the coverage.
/// </summary>
internal sealed class FuzzEngine
{
    private const int LargestPool = 600;
    private const int LargestPoolInput = 256 * 1024;
    private readonly IFuzzTarget _target;
    private readonly ulong _seed;
    private readonly List<FuzzInput> _pool;
    private readonly Dictionary<string, long> _answers = new(StringComparer.Ordinal);

    /// <summary>Makes an engine.</summary>
    /// <param name="target">Whose inputs.</param>
    /// <param name="seed">Of all choices.</param>
    /// <param name="corpus">Good and once harmful inputs.</param>
    public FuzzEngine(IFuzzTarget target, ulong seed, IEnumerable<FuzzInput> corpus)
    {
        _target = target;
        _seed = seed;
        _pool = [.. corpus, .. target.Seeds()];
        Seeds = _pool.Count;
    }

    /// <summary>Inputs that it began with: the first cases are these, unchanged.</summary>
    public int Seeds { get; }

    /// <summary>Inputs to start from now.</summary>
    public int Pool => _pool.Count;

    /// <summary>Distinct answers with their number, most frequent first.</summary>
    public IEnumerable<KeyValuePair<string, long>> Answers => _answers.OrderByDescending(a => a.Value);

    /// <summary>Cases of which the input was taken as good.</summary>
    public long Read { get; private set; }

    /// <summary>The case of a number.</summary>
    public FuzzInput Make(long number)
    {
        if (number < Seeds)
        {
            return _pool[(int)number];
        }

        var random = new FuzzRandom(_seed ^ Xoshiro256.Mix((ulong)number));
        // The good inputs stay the likeliest start: what came later has drifted away from them.
        var input = random.OneIn(3) ? _pool[random.Next(Seeds)] : random.Of(_pool);
        for (var n = 1 + (random.OneIn(3) ? random.Next(5) : 0); n > 0; n--)
        {
            var part = random.Next(input.Parts.Count);
            var other = random.Of(_pool).Parts[part];
            input = input.With(part, _target.Kinds[part] switch
            {
                PartKind.Json => JsonMutator.Change(input.Parts[part], other, _target.Words, ref random),
                PartKind.Text => TextMutator.Change(input.Parts[part], other, _target.Words, ref random),
                _ => ByteMutator.Change(input.Parts[part], other, ref random),
            });
        }

        return _target.Finish(input, ref random);
    }

    /// <summary>Learns from an answer.</summary>
    public void Learn(FuzzInput input, string answer)
    {
        Read += answer.StartsWith("read", StringComparison.Ordinal) ? 1 : 0;
        var shape = ShapeOf(answer);
        ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_answers, shape, out var known);
        count++;
        if (!known && _pool.Count < LargestPool && input.Parts.Sum(p => p.Length) <= LargestPoolInput)
        {
            _pool.Add(input);
        }
    }

    /// <summary>An answer without what differs from input to input: numbers, what stands in quotes, paths.</summary>
    public static string ShapeOf(string answer)
    {
        var shape = new StringBuilder(160);
        char? quote = null;
        foreach (var c in answer.AsSpan(0, Math.Min(answer.Length, 400)))
        {
            if (quote is { } open)
            {
                quote = c == open ? null : quote;
            }
            else if (c is '\'' or '"' && (shape.Length == 0 || !char.IsLetter(shape[^1])))
            {
                quote = c;
                shape.Append('~');
            }
            else if (char.IsAsciiDigit(c) || c > 127)
            {
                if (shape.Length == 0 || shape[^1] != '#')
                {
                    shape.Append('#');
                }
            }
            else if (!char.IsControl(c))
            {
                shape.Append(c);
            }

            if (shape.Length >= 160)
            {
                break;
            }
        }

        return shape.ToString();
    }
}
