using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.ModelBuilder.Data;
using HsiEdge.ModelBuilder.Train;
using Xunit;

namespace HsiEdge.Tests.ModelBuilder;

public sealed class ModelTrainerTests
{
    private static readonly TrainingOptions Options = new() { Name = "test", Network = new NetworkOptions { Epochs = 20 } };

    [Fact]
    public void Learns_to_tell_two_slopes_apart_on_patients_it_has_not_seen()
    {
        var data = SyntheticSpectra.Make(patients: 6, perClass: 40);

        var training = ModelTrainer.Train(data, Options, progress: null, CancellationToken.None);

        Assert.True(training.Split.ByPatient);
        Assert.NotEmpty(training.Split.HeldOutPatients);
        var preprocessing = new FittedPreprocessing(training.Model.Preprocessing, training.Model.Input);
        var source = new PreprocessedSource(data, training.Split.HeldOut, preprocessing, Augmentation.None, 0);
        var probabilities = NetworkEvaluator.Probabilities(new PixelNetwork(training.Model.Layers), source);
        var right = Enumerable.Range(0, source.Count).Count(i => probabilities[(2 * i) + source.Label(i)] > 0.5);
        Assert.True(right >= 0.98 * source.Count, $"{right} of {source.Count} right");
    }

    [Fact]
    public void Weights_do_not_depend_on_the_number_of_threads()
    {
        var data = SyntheticSpectra.Make(patients: 4, perClass: 30);

        var one = ModelTrainer.Train(data, With(workers: 1), progress: null, CancellationToken.None);
        var four = ModelTrainer.Train(data, With(workers: 4), progress: null, CancellationToken.None);

        Assert.Equal(one.Model.Layers.SelectMany(l => l.Weights), four.Model.Layers.SelectMany(l => l.Weights));
        Assert.Equal(one.Model.DecisionThreshold, four.Model.DecisionThreshold);

        static TrainingOptions With(int workers) => Options with { Network = Options.Network with { Workers = workers } };
    }

    [Fact]
    public void Another_seed_gives_another_model()
    {
        var data = SyntheticSpectra.Make(patients: 1, perClass: 10);

        var first = ModelTrainer.Train(data, Options, progress: null, CancellationToken.None);
        var second = ModelTrainer.Train(data, Options with { Network = Options.Network with { Seed = 2 } }, progress: null, CancellationToken.None);

        Assert.NotEqual(first.Model.Layers[0].Weights, second.Model.Layers[0].Weights);
    }

    [Fact]
    public void Reflectance_of_tissue_becomes_absorbance_and_snv_and_reflectance_below_zero_does_not()
    {
        var tissue = SyntheticSpectra.Make(patients: 1, perClass: 10);
        var outdoors = SyntheticSpectra.Make(patients: 1, perClass: 10);
        for (var i = 0; i < outdoors.Count; i++)
        {
            outdoors.Values[i * outdoors.Bands] = -0.02f;
        }

        Assert.Equal([typeof(AbsorbanceStep), typeof(SnvStep), typeof(CenterStep), typeof(ScaleStep)], Steps(tissue));
        Assert.Equal([typeof(CenterStep), typeof(ScaleStep)], Steps(outdoors));
        Assert.Equal([typeof(SnvStep), typeof(CenterStep), typeof(ScaleStep)], Steps(SyntheticSpectra.Make(1, 10, SpectralQuantity.Absorbance)));

        static IEnumerable<Type> Steps(LabelledSpectra data) =>
            ModelTrainer.Train(data, Options, progress: null, CancellationToken.None).Model.Preprocessing.Select(step => step.GetType());
    }

    [Fact]
    public void Stops_when_asked()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() =>
            ModelTrainer.Train(SyntheticSpectra.Make(1, 10), Options, progress: null, source.Token));
    }

    [Fact]
    public void Spectra_without_shape_are_left_out_and_counted()
    {
        var data = SyntheticSpectra.Make(patients: 1, perClass: 10);
        data.Values.AsSpan(0, data.Bands).Fill(0.5f);
        data.Values.AsSpan(3 * data.Bands, data.Bands).Fill(0.25f);

        var training = ModelTrainer.Train(data, Options with { Augmentation = Augmentation.None }, progress: null, CancellationToken.None);

        Assert.Equal(2, training.Shapeless);
        Assert.DoesNotContain(0, training.Split.Training.Concat(training.Split.Validation));
    }

    [Fact]
    public void Holding_out_an_unknown_patient_is_refused_by_name()
    {
        var error = Assert.Throws<BadInputException>(() => ModelTrainer.Train(
            SyntheticSpectra.Make(4, 10), Options with { HeldOutPatients = ["P99"] }, progress: null, CancellationToken.None));

        Assert.Contains("P99", error.Message, StringComparison.Ordinal);
        Assert.Contains("P01", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_patient_named_to_be_held_out_is_never_learned_from()
    {
        var data = SyntheticSpectra.Make(4, 10);

        var split = ModelTrainer.Train(data, Options with { HeldOutPatients = ["P02"] }, progress: null, CancellationToken.None).Split;

        Assert.All(split.HeldOut, i => Assert.Equal(1, data.PatientIndices[i]));
        Assert.Equal(20, split.HeldOut.Count);
        Assert.DoesNotContain(split.Training.Concat(split.Validation), i => data.PatientIndices[i] == 1);
    }
}
