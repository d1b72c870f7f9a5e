using HsiEdge.Phantom.Optics;

namespace HsiEdge.Phantom.Scenes;

/// <summary>
/// One view of a wall: per pixel (index = line × samples + sample) what the tissue is made of and how the light falls on it. All arrays have lines × samples values.
/// </summary>
public sealed class PhantomScene
{
    /// <summary>Label of pixels whose class is left open: the margin of a lesion.</summary>
    public const byte Unlabelled = 0;

    /// <summary>Label of wall without a lesion below.</summary>
    public const byte NormalWall = 1;

    /// <summary>Label of wall with a lesion below.</summary>
    public const byte HiddenLesion = 2;

    // Between these shares of lesion the label is left open.
    private const float MarginLow = 0.25f;
    private const float MarginHigh = 0.75f;

    internal PhantomScene(PhantomPatient patient, int lines, int samples)
    {
        Patient = patient;
        Lines = lines;
        Samples = samples;
        var pixels = checked(lines * samples);
        LesionWeight = new float[pixels];
        ThicknessMillimetres = new float[pixels];
        MucosaWater = new float[pixels];
        MucosaBlood = new float[pixels];
        MucosaScatter = new float[pixels];
        BelowWater = new float[pixels];
        BelowFat = new float[pixels];
        BelowBlood = new float[pixels];
        WallScatter = new float[pixels];
        LesionScatter = new float[pixels];
        Illumination = new float[pixels];
        Veil = new float[pixels];
        Highlight = new float[pixels];
    }

    /// <summary>Whose wall.</summary>
    public PhantomPatient Patient { get; }

    /// <summary>Lines of the view.</summary>
    public int Lines { get; }

    /// <summary>Samples of a line.</summary>
    public int Samples { get; }

    /// <summary>Share of lesion below each pixel, 0…1.</summary>
    public float[] LesionWeight { get; }

    /// <summary>Thickness of the mucosa in mm, 0.3…3.</summary>
    public float[] ThicknessMillimetres { get; }

    internal float[] MucosaWater { get; }

    internal float[] MucosaBlood { get; }

    internal float[] MucosaScatter { get; }

    internal float[] BelowWater { get; }

    internal float[] BelowFat { get; }

    internal float[] BelowBlood { get; }

    internal float[] WallScatter { get; }

    internal float[] LesionScatter { get; }

    internal float[] Illumination { get; }

    internal float[] Veil { get; }

    internal float[] Highlight { get; }

    /// <summary>Label of each pixel: <see cref="Unlabelled"/>, <see cref="NormalWall"/> or <see cref="HiddenLesion"/>.</summary>
    public byte[] Labels() => Array.ConvertAll(LesionWeight, weight => weight switch
    {
        < MarginLow => NormalWall,
        > MarginHigh => HiddenLesion,
        _ => Unlabelled,
    });

    /// <summary>
    /// Light that reaches the camera relative to a white target lit evenly: tissue reflectance × illumination + veil + highlight; ≥ 0, above 1 in highlights.
    /// </summary>
    /// <param name="optics">The patient's coefficients at the wavelength.</param>
    /// <param name="destination">Receives lines × samples values.</param>
    public void ApparentReflectance(in BandOptics optics, Span<float> destination)
    {
        destination = destination[..LesionWeight.Length];
        var mucosaFat = optics.Fat * (float)Patient.Mucosa.FatFraction;
        for (var i = 0; i < destination.Length; i++)
        {
            var reflectance = TwoLayerReflectance.Evaluate(
                (optics.Water * MucosaWater[i]) + (optics.MucosaBlood * MucosaBlood[i]) + mucosaFat,
                optics.MucosaPower * MucosaScatter[i],
                ThicknessMillimetres[i],
                (optics.Water * BelowWater[i]) + (optics.Fat * BelowFat[i]) + (optics.BelowBlood * BelowBlood[i]),
                (optics.WallPower * WallScatter[i]) + (optics.LesionPower * LesionScatter[i]));
            destination[i] = (Illumination[i] * reflectance) + Veil[i] + Highlight[i];
        }
    }
}
