namespace HsiEdge.ModelBuilder.Train;

/// <summary>
/// Adam (Kingma and Ba, ICLR 2015) with decoupled weight decay (Loshchilov and Hutter, ICLR 2019): β₁ 0.9, β₂ 0.999, ε 1e-8.
/// </summary>
internal sealed class AdamOptimizer
{
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.999f;
    private const float Epsilon = 1e-8f;
    private readonly IReadOnlyList<LayerParameters> _layers;
    private readonly float[][] _moments;
    private readonly float[][] _squares;
    private double _power1 = 1;
    private double _power2 = 1;

    public AdamOptimizer(IReadOnlyList<LayerParameters> layers)
    {
        _layers = layers;
        _moments = [.. layers.SelectMany(layer => new[] { new float[layer.Weights.Length], new float[layer.Bias.Length] })];
        _squares = [.. _moments.Select(moment => new float[moment.Length])];
    }

    /// <summary>One step.</summary>
    /// <param name="gradients">Gradient of the summed loss.</param>
    /// <param name="factor">What turns the sum into a mean.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="decay">Weight decay, on weights only.</param>
    public void Step(IReadOnlyList<LayerParameters> gradients, float factor, float rate, float decay)
    {
        _power1 *= Beta1;
        _power2 *= Beta2;
        var correction1 = (float)(1 / (1 - _power1));
        var correction2 = (float)(1 / (1 - _power2));
        for (var l = 0; l < _layers.Count; l++)
        {
            Update(_layers[l].Weights, gradients[l].Weights, 2 * l, decay);
            Update(_layers[l].Bias, gradients[l].Bias, (2 * l) + 1, 0);
        }

        void Update(float[] values, float[] gradient, int index, float weightDecay)
        {
            var moment = _moments[index];
            var square = _squares[index];
            for (var i = 0; i < values.Length; i++)
            {
                var g = gradient[i] * factor;
                moment[i] = (Beta1 * moment[i]) + ((1 - Beta1) * g);
                square[i] = (Beta2 * square[i]) + ((1 - Beta2) * g * g);
                var step = moment[i] * correction1 / (MathF.Sqrt(square[i] * correction2) + Epsilon);
                values[i] -= rate * (step + (weightDecay * values[i]));
            }
        }
    }
}
