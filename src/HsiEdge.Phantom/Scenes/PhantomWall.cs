namespace HsiEdge.Phantom.Scenes;

/// <summary>
/// The endless wall of one patient with its lesions; <see cref="View"/> gives what a camera sees of it. Coordinates in mm: x along the samples, y along the lines.
/// </summary>
public sealed class PhantomWall
{
    private const double EdgeMillimetres = 1.2;

    private readonly PhantomPatient _patient;
    private readonly LesionShape[] _lesions;
    private readonly SmoothField _thickness;
    private readonly SmoothField _mucosaWater;
    private readonly SmoothField _mucosaBlood;
    private readonly SmoothField _mucosaScatter;
    private readonly SmoothField _wallWater;
    private readonly SmoothField _wallFat;
    private readonly SmoothField _wallBlood;
    private readonly SmoothField _wallScatter;
    private readonly SmoothField _tilt;
    private readonly SmoothField _veil;
    private readonly SmoothField _wetness;

    /// <summary>Lays out a patient's wall.</summary>
    /// <param name="patient">Whose wall.</param>
    /// <param name="lesionCentresMillimetres">Centres of the lesions; empty for a healthy wall. All have the patient's one outline.</param>
    /// <param name="lesionDiameterMillimetres">Mean diameter in mm, &gt; 0.</param>
    public PhantomWall(PhantomPatient patient, IEnumerable<(double X, double Y)> lesionCentresMillimetres, double lesionDiameterMillimetres)
    {
        ArgumentNullException.ThrowIfNull(patient);
        ArgumentNullException.ThrowIfNull(lesionCentresMillimetres);
        _patient = patient;
        var edge = Math.Min(EdgeMillimetres, lesionDiameterMillimetres / 4);
        _lesions = [.. lesionCentresMillimetres.Select(c =>
            new LesionShape(new PhantomRandom(patient.SceneSeed, 100), c.X, c.Y, lesionDiameterMillimetres, edge))];
        _thickness = Field(1, 5);
        _mucosaWater = Field(2, 3);
        _mucosaBlood = Field(3, 1.5);
        _mucosaScatter = Field(4, 2.5);
        _wallWater = Field(5, 3.5);
        _wallFat = Field(6, 3);
        _wallBlood = Field(7, 2);
        _wallScatter = Field(8, 3.5);
        _tilt = Field(9, 7);
        _veil = Field(10, 4);
        _wetness = Field(11, 0.9);
    }

    /// <summary>What lies within a rectangle, pixel by pixel.</summary>
    /// <param name="leftMillimetres">x of the first sample's centre in mm.</param>
    /// <param name="topMillimetres">y of the first line's centre in mm.</param>
    /// <param name="lines">Lines of the view, ≥ 1.</param>
    /// <param name="samples">Samples of the view, ≥ 1.</param>
    /// <param name="pixelPitchMillimetres">Size of a pixel in mm, &gt; 0.</param>
    public PhantomScene View(double leftMillimetres, double topMillimetres, int lines, int samples, double pixelPitchMillimetres)
    {
        var scene = new PhantomScene(_patient, lines, samples);
        for (var i = 0; i < scene.LesionWeight.Length; i++)
        {
            var (line, sample) = Math.DivRem(i, samples);
            scene.LesionWeight[i] = LesionAt(leftMillimetres + (sample * pixelPitchMillimetres), topMillimetres + (line * pixelPitchMillimetres));
        }

        void Vary(SmoothField field, float[] destination) => field.Fill(leftMillimetres, topMillimetres, samples, pixelPitchMillimetres, destination);
        FillMucosa(scene, Vary);
        FillBelow(scene, Vary);
        FillSurface(scene, Vary);
        return scene;
    }

    private float LesionAt(double x, double y)
    {
        var lesion = 0f;
        foreach (var shape in _lesions)
        {
            lesion = Math.Max(lesion, shape.WeightAt(x, y));
        }

        return lesion;
    }

    private void FillMucosa(PhantomScene scene, Action<SmoothField, float[]> vary)
    {
        var mucosa = _patient.Mucosa;
        vary(_thickness, scene.ThicknessMillimetres);
        vary(_mucosaWater, scene.MucosaWater);
        vary(_mucosaBlood, scene.MucosaBlood);
        vary(_mucosaScatter, scene.MucosaScatter);
        for (var i = 0; i < scene.LesionWeight.Length; i++)
        {
            scene.ThicknessMillimetres[i] = Math.Clamp((float)_patient.ThicknessMillimetres * Factor(0.25f, scene.ThicknessMillimetres[i]), 0.3f, 3f);
            scene.MucosaWater[i] = (float)mucosa.WaterFraction + (0.012f * scene.MucosaWater[i]);
            scene.MucosaBlood[i] = (float)mucosa.HaemoglobinMicromolar * Factor(0.25f, scene.MucosaBlood[i]);
            scene.MucosaScatter[i] = (float)mucosa.ScatterAmplitudePerCentimetre * Factor(0.06f, scene.MucosaScatter[i]);
        }
    }

    private void FillBelow(PhantomScene scene, Action<SmoothField, float[]> vary)
    {
        var (wall, lesion) = (_patient.Wall, _patient.Lesion);
        vary(_wallWater, scene.BelowWater);
        vary(_wallFat, scene.BelowFat);
        vary(_wallBlood, scene.BelowBlood);
        vary(_wallScatter, scene.WallScatter);
        for (var i = 0; i < scene.LesionWeight.Length; i++)
        {
            var weight = scene.LesionWeight[i];
            var scatter = Factor(0.07f, scene.WallScatter[i]);
            scene.BelowWater[i] = Blend(wall.WaterFraction, lesion.WaterFraction, weight) + (0.015f * scene.BelowWater[i]);
            scene.BelowFat[i] = Blend(wall.FatFraction, lesion.FatFraction, weight) * Factor(0.30f, scene.BelowFat[i]);
            scene.BelowBlood[i] = Blend(wall.HaemoglobinMicromolar, lesion.HaemoglobinMicromolar, weight) * Factor(0.20f, scene.BelowBlood[i]);
            scene.WallScatter[i] = (1 - weight) * (float)wall.ScatterAmplitudePerCentimetre * scatter;
            scene.LesionScatter[i] = weight * (float)lesion.ScatterAmplitudePerCentimetre * scatter;
        }
    }

    private void FillSurface(PhantomScene scene, Action<SmoothField, float[]> vary)
    {
        vary(_tilt, scene.Illumination);
        vary(_veil, scene.Veil);
        vary(_wetness, scene.Highlight);
        for (var i = 0; i < scene.LesionWeight.Length; i++)
        {
            scene.Illumination[i] = Math.Clamp(0.9f * Factor(0.12f, scene.Illumination[i]), 0.5f, 1.15f);
            scene.Veil[i] = 0.004f * MathF.Exp(0.6f * scene.Veil[i]);

            // Wet spots where the surface mirrors the lamp: far out in the field's tail.
            scene.Highlight[i] = 4f * MathF.Max(0, scene.Highlight[i] - 2.5f);
        }
    }

    private SmoothField Field(ulong stream, double scaleMillimetres) =>
        new(PhantomRandom.Mix(_patient.SceneSeed + stream), scaleMillimetres);

    private static float Factor(float spread, float variation) => MathF.Max(0.1f, 1 + (spread * variation));

    private static float Blend(double wall, double lesion, float weight) => (float)(wall + ((lesion - wall) * weight));
}
