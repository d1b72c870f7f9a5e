using System.Runtime.CompilerServices;

namespace HsiEdge.Phantom.Optics;

/// <summary>
/// Diffuse reflectance of a layer of given thickness over a half-space, in closed form (two-flux theory).
/// <para>
/// Kubelka and Munk's solution for a layer over a backing of reflectance Rg (Kubelka, J. Opt. Soc. Am. 38 (1948) 448, eq. for R with
/// R∞): with q = exp(−2κd), R = ((Rg − R∞)·q + R∞·(1 − R∞·Rg)) / ((Rg − R∞)·q·R∞ + 1 − R∞·Rg). The backing is a half-space: Rg = its own R∞,
/// R∞ = 1/(a + √(a² − 1)), a = 1 + K/S, κ = √(K·(K + 2S)).
/// </para>
/// <para>
/// Coefficients from transport: K = 2µa, S = ¾µs′ (Mudgett and Richards, Appl. Opt. 10 (1971) 1485). Then κ² = 3µa·µs′ + 4µa², which is diffusion
/// theory's µeff² where scattering dominates, and stays positive where water absorbs most (1390–1600 nm), where diffusion theory fails.
/// </para>
/// <para>
/// The surface sends part of the light back inside: R′ = (1 − k₁)(1 − k₂)·R/(1 − k₂·R) (Saunderson, J. Opt. Soc. Am. 32 (1942) 727) with k₁ for normal incidence
/// and k₂ after Egan and Hilgeman (Optical Properties of Inhomogeneous Materials, 1979) for n = 1.4. The mirror reflex itself is not in R′: the instrument adds it.
/// </para>
/// Limits: plane layers, light diffuse from the surface on, no lateral spread. Light transport photon by photon replaces it where that matters.
/// </summary>
public static class TwoLayerReflectance
{
    /// <summary>Reflectance of the surface from outside at normal incidence, n = 1.4: ((n − 1)/(n + 1))².</summary>
    public const float SurfaceFromOutside = 0.02778f;

    /// <summary>Reflectance of the surface for diffuse light from inside, n = 1.4: −1.440/n² + 0.710/n + 0.668 + 0.0636·n.</summary>
    public const float SurfaceFromInside = 0.5295f;

    /// <summary>Diffuse reflectance seen from outside, 0…1.</summary>
    /// <param name="absorptionAbove">µa of the upper layer in 1/cm, &gt; 0.</param>
    /// <param name="scatteringAbove">µs′ of the upper layer in 1/cm, &gt; 0.</param>
    /// <param name="thicknessMillimetres">Thickness of the upper layer in mm, ≥ 0.</param>
    /// <param name="absorptionBelow">µa of the half-space in 1/cm, &gt; 0.</param>
    /// <param name="scatteringBelow">µs′ of the half-space in 1/cm, &gt; 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Evaluate(
        float absorptionAbove, float scatteringAbove, float thicknessMillimetres, float absorptionBelow, float scatteringBelow)
    {
        var backing = HalfSpace(absorptionBelow, scatteringBelow);
        var infinite = HalfSpace(absorptionAbove, scatteringAbove);
        var kappa = MathF.Sqrt(absorptionAbove * ((4 * absorptionAbove) + (3 * scatteringAbove)));
        var fromBelow = (backing - infinite) * MathF.Exp(-0.2f * kappa * thicknessMillimetres);
        var rest = 1 - (infinite * backing);
        return Surface((fromBelow + (infinite * rest)) / ((fromBelow * infinite) + rest));
    }

    /// <summary>R∞ of a half-space without a surface.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float HalfSpace(float absorption, float scattering)
    {
        var ratio = absorption * 8 / (3 * scattering);
        return 1 / (1 + ratio + MathF.Sqrt(ratio * (ratio + 2)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Surface(float inside) =>
        (1 - SurfaceFromOutside) * (1 - SurfaceFromInside) * inside / (1 - (SurfaceFromInside * inside));
}
