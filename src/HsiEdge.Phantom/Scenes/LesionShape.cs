namespace HsiEdge.Phantom.Scenes;

/// <summary>Outline of a lesion below the mucosa: a circle with a few harmonics, and a soft edge, as light spreads sideways on its way up.</summary>
public sealed class LesionShape
{
    private readonly double[] _amplitudes = new double[3];
    private readonly double[] _phases = new double[3];

    /// <summary>Draws an outline.</summary>
    /// <param name="random">Where the outline comes from.</param>
    /// <param name="xMillimetres">Centre along the samples in mm.</param>
    /// <param name="yMillimetres">Centre along the lines in mm.</param>
    /// <param name="diameterMillimetres">Mean diameter in mm, &gt; 0.</param>
    /// <param name="edgeMillimetres">Width of the soft edge in mm, &gt; 0.</param>
    public LesionShape(PhantomRandom random, double xMillimetres, double yMillimetres, double diameterMillimetres, double edgeMillimetres)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(diameterMillimetres);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(edgeMillimetres);
        XMillimetres = xMillimetres;
        YMillimetres = yMillimetres;
        DiameterMillimetres = diameterMillimetres;
        EdgeMillimetres = edgeMillimetres;
        for (var k = 0; k < _amplitudes.Length; k++)
        {
            _amplitudes[k] = random.NextBetween(0, 0.16 / (k + 1));
            _phases[k] = random.NextBetween(0, 2 * Math.PI);
        }
    }

    /// <summary>Centre along the samples in mm.</summary>
    public double XMillimetres { get; }

    /// <summary>Centre along the lines in mm.</summary>
    public double YMillimetres { get; }

    /// <summary>Mean diameter in mm.</summary>
    public double DiameterMillimetres { get; }

    /// <summary>Width of the soft edge in mm: the share of lesion falls from 0.88 to 0.12 over it.</summary>
    public double EdgeMillimetres { get; }

    /// <summary>Share of lesion below a place: 1 well within, ½ on the outline, 0 far outside.</summary>
    /// <param name="xMillimetres">Place along the samples in mm.</param>
    /// <param name="yMillimetres">Place along the lines in mm.</param>
    public float WeightAt(double xMillimetres, double yMillimetres)
    {
        var dx = xMillimetres - XMillimetres;
        var dy = yMillimetres - YMillimetres;
        var distance = Math.Sqrt((dx * dx) + (dy * dy));
        if (distance > DiameterMillimetres + (4 * EdgeMillimetres))
        {
            return 0;
        }

        var angle = Math.Atan2(dy, dx);
        var radius = 1.0;
        for (var k = 0; k < _amplitudes.Length; k++)
        {
            radius += _amplitudes[k] * Math.Cos(((k + 2) * angle) + _phases[k]);
        }

        var outside = distance - (radius * DiameterMillimetres / 2);
        return (float)(1 / (1 + Math.Exp(4 * outside / EdgeMillimetres)));
    }
}
