namespace HsiEdge.Phantom.Scenes;

/// <summary>
/// A smooth random field over the endless plane of a wall: about normal with mean 0 and standard deviation 1, the same in every direction, correlation exp(−r²/2ℓ²) over a
/// distance r. A sum of waves with random directions (Shinozuka and Deodatis, Appl. Mech. Rev. 49 (1996) 29). The value at a place depends on the seed and the place alone, so
/// views of the same wall fit together.
/// </summary>
public sealed class SmoothField
{
    private const int Waves = 40;

    private readonly double[] _alongX = new double[Waves];
    private readonly double[] _alongY = new double[Waves];
    private readonly double[] _phase = new double[Waves];

    /// <summary>Makes a field.</summary>
    /// <param name="seed">Seed of the field.</param>
    /// <param name="lengthMillimetres">Correlation length ℓ in mm, &gt; 0.</param>
    public SmoothField(ulong seed, double lengthMillimetres)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lengthMillimetres);
        var random = new PhantomRandom(seed);
        for (var i = 0; i < Waves; i++)
        {
            _alongX[i] = random.NextNormal() / lengthMillimetres;
            _alongY[i] = random.NextNormal() / lengthMillimetres;
            _phase[i] = random.NextBetween(0, 2 * Math.PI);
        }
    }

    /// <summary>Values on a grid of pixels, sample fastest.</summary>
    /// <param name="leftMillimetres">x of the first sample in mm.</param>
    /// <param name="topMillimetres">y of the first line in mm.</param>
    /// <param name="samples">Samples of a line.</param>
    /// <param name="pitchMillimetres">Distance of neighbours in mm.</param>
    /// <param name="destination">Receives lines × samples values.</param>
    public void Fill(double leftMillimetres, double topMillimetres, int samples, double pitchMillimetres, Span<float> destination)
    {
        var gain = Math.Sqrt(2.0 / Waves);
        destination.Clear();
        for (var i = 0; i < Waves; i++)
        {
            // Along a line the wave turns by the same angle from sample to sample: a rotation instead of a cosine.
            var (turnSine, turnCosine) = Math.SinCos(_alongX[i] * pitchMillimetres);
            for (var first = 0; first < destination.Length; first += samples)
            {
                var y = topMillimetres + (first / samples * pitchMillimetres);
                var (sine, cosine) = Math.SinCos((_alongX[i] * leftMillimetres) + (_alongY[i] * y) + _phase[i]);
                foreach (ref var value in destination.Slice(first, samples))
                {
                    value += (float)(gain * cosine);
                    (cosine, sine) = ((cosine * turnCosine) - (sine * turnSine), (sine * turnCosine) + (cosine * turnSine));
                }
            }
        }
    }
}
