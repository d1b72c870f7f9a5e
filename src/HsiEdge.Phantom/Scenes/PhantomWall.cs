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
        _thickness = Field(1, 9);
        _mucosaWater = Field(2, 5);
        _mucosaBlood = Field(3, 2.5);
        _mucosaScatter = Field(4, 4);
        _wallWater = Field(5, 6);
        _wallFat = Field(6, 5);
        _wallBlood = Field(7, 3);
        _wallScatter = Field(8, 6);
        _tilt = Field(9, 12);
        _veil = Field(10, 7);
        _wetness = Field(11, 1.1);
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
        for (var line = 0; line < lines; line++)
        {
            var y = topMillimetres + (line * pixelPitchMillimetres);
            for (var sample = 0; sample < samples; sample++)
            {
                Fill(scene, (line * samples) + sample, leftMillimetres + (sample * pixelPitchMillimetres), y);
            }
        }

        return scene;
    }

    private void Fill(PhantomScene scene, int pixel, double x, double y)
    {
        var lesion = 0f;
        foreach (var shape in _lesions)
        {
            lesion = Math.Max(lesion, shape.WeightAt(x, y));
        }

        var mucosa = _patient.Mucosa;
        var wall = _patient.Wall;
        var below = _patient.Lesion;
        var scatter = Factor(_wallScatter, 0.07f, x, y);
        scene.LesionWeight[pixel] = lesion;
        scene.ThicknessMillimetres[pixel] = Math.Clamp((float)_patient.ThicknessMillimetres * Factor(_thickness, 0.25f, x, y), 0.3f, 3f);
        scene.MucosaWater[pixel] = (float)mucosa.WaterFraction + (0.012f * _mucosaWater.At(x, y));
        scene.MucosaBlood[pixel] = (float)mucosa.HaemoglobinMicromolar * Factor(_mucosaBlood, 0.25f, x, y);
        scene.MucosaScatter[pixel] = (float)mucosa.ScatterAmplitudePerCentimetre * Factor(_mucosaScatter, 0.06f, x, y);
        scene.BelowWater[pixel] = Blend(wall.WaterFraction, below.WaterFraction, lesion) + (0.015f * _wallWater.At(x, y));
        scene.BelowFat[pixel] = Blend(wall.FatFraction, below.FatFraction, lesion) * Factor(_wallFat, 0.30f, x, y);
        scene.BelowBlood[pixel] = Blend(wall.HaemoglobinMicromolar, below.HaemoglobinMicromolar, lesion) * Factor(_wallBlood, 0.20f, x, y);
        scene.WallScatter[pixel] = (1 - lesion) * (float)wall.ScatterAmplitudePerCentimetre * scatter;
        scene.LesionScatter[pixel] = lesion * (float)below.ScatterAmplitudePerCentimetre * scatter;
        scene.Illumination[pixel] = Math.Clamp(0.9f * Factor(_tilt, 0.12f, x, y), 0.5f, 1.15f);
        scene.Veil[pixel] = 0.004f * MathF.Exp(0.6f * _veil.At(x, y));

        // Wet spots where the surface mirrors the lamp: far out in the field's tail.
        scene.Highlight[pixel] = 12f * MathF.Max(0, _wetness.At(x, y) - 2.25f);
    }

    private SmoothField Field(ulong stream, double scaleMillimetres) =>
        new(PhantomRandom.Mix(_patient.SceneSeed + stream), scaleMillimetres);

    private static float Factor(SmoothField field, float spread, double x, double y) => MathF.Max(0.1f, 1 + (spread * field.At(x, y)));

    private static float Blend(double wall, double lesion, float weight) => (float)(wall + ((lesion - wall) * weight));
}
