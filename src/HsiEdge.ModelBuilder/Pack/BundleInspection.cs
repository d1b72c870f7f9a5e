using HsiEdge.Core.Infer;
using HsiEdge.Inference.Bundle;

namespace HsiEdge.ModelBuilder.Pack;

/// <summary>What <c>hsiedge-model inspect</c> tells of a bundle.</summary>
/// <param name="Path">The file.</param>
/// <param name="FileBytes">Its size.</param>
/// <param name="Model">Which model.</param>
/// <param name="HasSignature">Whether it carries a signature, trusted or not.</param>
/// <param name="Entries">Entries with sizes and hashes.</param>
/// <param name="Card">The card.</param>
/// <param name="Network">What the model is made of.</param>
public sealed record BundleInspection(
    string Path, long FileBytes, ModelIdentity Model, bool HasSignature, IReadOnlyList<BundleManifestEntry> Entries, ModelCard Card, NetworkInspection Network)
{
    /// <summary>Lines for people.</summary>
    public IEnumerable<string> ToLines()
    {
        yield return $"{Path}: {Card.Name} {Card.Version}, {FileBytes} bytes, SHA-256 {Model.Sha256}";
        yield return Model.Signed ? "signed by a trusted key" : HasSignature ? "signed (no trusted key to check with)" : "not signed";
        foreach (var entry in Entries)
        {
            yield return $"  {entry.Name,-20} {entry.Bytes,9} bytes  {entry.Sha256}";
        }

        yield return $"classes: {string.Join(", ", Card.Classes.Select(c => $"{c.Name} {c.Color}{(c.Target ? " (target)" : string.Empty)}"))}";
        yield return $"input: {Card.WavelengthsNanometres.Count} bands, {Card.WavelengthsNanometres[0]:0.##} to {Card.WavelengthsNanometres[^1]:0.##} nm, "
            + $"{Card.InputQuantity}, {Card.Preprocessing.Count} preprocessing steps, scale {Card.Input.Scale:0.######}, zero point {Card.Input.ZeroPoint}";
        yield return $"network: {Network.Parameters} parameters, {Network.MultiplicationsPerPixel} multiplications a pixel, opset {Network.Opset}, IR {Network.IrVersion}";
        yield return $"operators: {string.Join(", ", Network.Operators.Select(o => $"{o.Value} {o.Key}"))}";
        yield return $"as run: {string.Join(", ", Network.OperatorsAsRun.Select(o => $"{o.Value} {o.Key}"))}";
        yield return $"quantized convolutions: {Network.QuantizedConvolutions}; left in float: {Network.FloatConvolutions}";
        yield return $"INT8 against FP32: {Card.Quantization.ClassFlipFraction:P3} of {Card.Quantization.Spectra} spectra change class, "
            + $"probabilities differ by at most {Card.Quantization.MaximumProbabilityDifference:0.####}";
        yield return $"training: {Card.Training.Data} ({Card.Training.Spectra} spectra, {Card.Training.Patients} patients, seed {Card.Training.Seed}, {Card.Training.Tool})"
            + (Card.TrainedOnSyntheticData ? "; SYNTHETIC data" : string.Empty);
        foreach (var metric in Card.Metrics)
        {
            yield return $"  {metric.Key}: {metric.Value:0.####}{(Card.TrainedOnSyntheticData ? " (synthetic)" : string.Empty)}";
        }

        yield return $"intended use: {Card.IntendedUse}";
        foreach (var limit in Card.Limits)
        {
            yield return $"  limit: {limit}";
        }
    }
}

/// <summary>What a model is made of.</summary>
/// <param name="IrVersion">ONNX IR version.</param>
/// <param name="Opset">Version of ONNX's operator set.</param>
/// <param name="Parameters">Weights and biases.</param>
/// <param name="MultiplicationsPerPixel">Multiply-accumulates of the convolutions for one pixel.</param>
/// <param name="Operators">Count of each operator in the file.</param>
/// <param name="OperatorsAsRun">Count of each operator after ONNX Runtime's optimization on this machine.</param>
/// <param name="QuantizedConvolutions">Convolutions that run in INT8.</param>
/// <param name="FloatConvolutions">Convolutions that run in float although they should not.</param>
public sealed record NetworkInspection(
    long IrVersion,
    long Opset,
    long Parameters,
    long MultiplicationsPerPixel,
    IReadOnlyDictionary<string, int> Operators,
    IReadOnlyDictionary<string, int> OperatorsAsRun,
    int QuantizedConvolutions,
    int FloatConvolutions);
