using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;
using HsiEdge.Phantom.Scenes;

namespace HsiEdge.Phantom;

/// <summary>One synthetic cube with its references and the truth about every pixel.</summary>
public sealed class PhantomCube : IDisposable
{
    /// <summary>The phantom's classes in label order: a label is the position here + 1; 0 is unlabelled.</summary>
    public static IReadOnlyList<ModelClass> Classes { get; } =
    [
        new ModelClass("normal wall", "#4CAF7A", Target: false),
        new ModelClass("hidden lesion", "#E4572E", Target: true),
    ];

    /// <summary>Whose wall it is.</summary>
    public required PhantomPatient Patient { get; init; }

    /// <summary>Counts, band-sequential.</summary>
    public required RawCube Raw { get; init; }

    /// <summary>White and dark references (full frames), exposure, serial and bad pixels.</summary>
    public required CalibrationSet Calibration { get; init; }

    /// <summary>Which (synthetic) camera.</summary>
    public required CameraIdentity Camera { get; init; }

    /// <summary>The view: composition of every pixel.</summary>
    public required PhantomScene Scene { get; init; }

    /// <summary>lines × samples class indices: 0 unlabelled, then <see cref="Classes"/>.</summary>
    public required byte[] Labels { get; init; }

    /// <summary>Size of a pixel in mm.</summary>
    public required double PixelPitchMillimetres { get; init; }

    /// <summary>lines × samples thickness of the mucosa in mm.</summary>
    public float[] ThicknessMillimetres => Scene.ThicknessMillimetres;

    /// <summary>White reference in counts.</summary>
    public ReferenceFrame White => Calibration.White;

    /// <summary>Dark reference in counts.</summary>
    public ReferenceFrame Dark => Calibration.Dark!;

    /// <inheritdoc/>
    public void Dispose() => Raw.Dispose();
}
