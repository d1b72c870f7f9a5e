namespace HsiEdge.Phantom.Instrument;

/// <summary>
/// Standard normal numbers drawn once and read in random order: noise at a fraction of the price of drawing each. Mean 0 and variance 1; one draw of 64 bits serves four.
/// </summary>
internal static class NoiseTable
{
    private static readonly float[] Values = Make();

    /// <summary>The value of 16 random bits.</summary>
    public static float At(ushort bits) => Values[bits];

    private static float[] Make()
    {
        var random = new PhantomRandom(0x4E6F697365UL);
        var values = new double[1 << 16];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = random.NextNormal();
        }

        var mean = values.Average();
        var deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        return Array.ConvertAll(values, v => (float)((v - mean) / deviation));
    }
}
