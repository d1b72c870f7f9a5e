using CsCheck;
using HsiEdge.Core.Cubes;
using HsiEdge.Phantom;
using HsiEdge.Phantom.Optics;
using Xunit;

namespace HsiEdge.Tests.Phantom;

public sealed class TwoLayerReflectanceTests
{
    private static readonly Gen<(float Absorption, float Scattering)> AnyLayer =
        Gen.Select(Gen.Double[-2, 1.6], Gen.Double[0, 1.6]).Select((a, s) => ((float)Math.Pow(10, a), (float)Math.Pow(10, s)));

    [Fact]
    public void Closed_form_agrees_with_integrating_the_two_fluxes() =>
        Gen.Select(AnyLayer, AnyLayer, Gen.Double[0, 4]).Sample(
            (above, below, thickness) =>
            {
                var found = TwoLayerReflectance.Evaluate(above.Absorption, above.Scattering, (float)thickness, below.Absorption, below.Scattering);
                var expected = Surface(Integrate(above, thickness / 10, HalfSpace(below)));
                Assert.Equal(expected, found, 2e-4);
            },
            iter: 300);

    [Fact]
    public void No_mucosa_shows_the_lower_layer_and_thick_mucosa_only_itself() =>
        Gen.Select(AnyLayer, AnyLayer).Sample(
            (above, below) =>
            {
                var bare = TwoLayerReflectance.Evaluate(above.Absorption, above.Scattering, 0, below.Absorption, below.Scattering);
                var deep = TwoLayerReflectance.Evaluate(above.Absorption, above.Scattering, 1e4f, below.Absorption, below.Scattering);
                Assert.Equal(Surface(HalfSpace(below)), bare, 1e-4);
                Assert.Equal(Surface(HalfSpace(above)), deep, 1e-4);
            },
            iter: 300);

    [Fact]
    public void Reflectance_lies_between_the_two_layers_own() =>
        Gen.Select(AnyLayer, AnyLayer, Gen.Double[0, 4]).Sample(
            (above, below, thickness) =>
            {
                var found = TwoLayerReflectance.Evaluate(above.Absorption, above.Scattering, (float)thickness, below.Absorption, below.Scattering);
                var (a, b) = (Surface(HalfSpace(above)), Surface(HalfSpace(below)));
                Assert.InRange(found, Math.Min(a, b) - 1e-4, Math.Max(a, b) + 1e-4);
            },
            iter: 300);

    [Fact]
    public void A_lesion_shows_where_light_gets_through_the_mucosa_and_not_at_the_water_band()
    {
        var patient = PhantomPatient.Draw(1, 0, PhantomSeparation.Strong);
        var axis = new WavelengthAxis([1075, 1450]);
        var wall = PhantomGenerator.ReflectanceSpectrum(patient.Mucosa, 1.0, patient.Wall, axis);
        var lesion = PhantomGenerator.ReflectanceSpectrum(patient.Mucosa, 1.0, patient.Lesion, axis);
        Assert.True(Math.Abs(wall[0] - lesion[0]) / wall[0] > 0.03, $"{wall[0]} against {lesion[0]}");
        Assert.True(Math.Abs(wall[1] - lesion[1]) / wall[1] < 0.001, $"{wall[1]} against {lesion[1]}");
    }

    /// <summary>dR/dx = S − 2(K + S)·R + S·R² from the backing up to the surface, Runge–Kutta.</summary>
    private static double Integrate((float Absorption, float Scattering) layer, double thicknessCentimetres, double backing)
    {
        var (k, s) = (2.0 * layer.Absorption, 0.75 * layer.Scattering);
        double Slope(double r) => s - (2 * (k + s) * r) + (s * r * r);
        const int Steps = 4000;
        var h = thicknessCentimetres / Steps;
        var r = backing;
        for (var i = 0; i < Steps; i++)
        {
            var k1 = Slope(r);
            var k2 = Slope(r + (h / 2 * k1));
            var k3 = Slope(r + (h / 2 * k2));
            var k4 = Slope(r + (h * k3));
            r += h / 6 * (k1 + (2 * k2) + (2 * k3) + k4);
        }

        return r;
    }

    private static double HalfSpace((float Absorption, float Scattering) layer)
    {
        var a = 1 + (2.0 * layer.Absorption / (0.75 * layer.Scattering));
        return a - Math.Sqrt((a * a) - 1);
    }

    private static double Surface(double inside)
    {
        var fromOutside = Math.Pow(0.4 / 2.4, 2);
        var fromInside = (-1.440 / 1.96) + (0.710 / 1.4) + 0.668 + (0.0636 * 1.4);
        return (1 - fromOutside) * (1 - fromInside) * inside / (1 - (fromInside * inside));
    }
}
