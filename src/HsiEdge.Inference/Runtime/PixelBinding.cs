using Microsoft.ML.OnnxRuntime;

namespace HsiEdge.Inference.Runtime;

/// <summary>One prepared run over the beginning of a classifier's pinned buffers, for one number of pixels. Holds everything native that the run touches.</summary>
internal sealed class PixelBinding : IDisposable
{
    private readonly OrtValue _input;
    private readonly OrtValue _output;
    private readonly OrtIoBinding _binding;

    public PixelBinding(InferenceSession session, PixelContract contract, int height, int width, byte[] input, Array output)
    {
        Pixels = height * width;
        long[] inputShape = [1, height, width, contract.Bands];
        long[] outputShape = [1, height, width, contract.Classes];
        _input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, input.AsMemory(0, Pixels * contract.Bands), inputShape);
        _output = output is float[] logits
            ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, logits.AsMemory(0, Pixels * contract.Classes), outputShape)
            : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, ((byte[])output).AsMemory(0, Pixels * contract.Classes), outputShape);
        _binding = session.CreateIoBinding();
        _binding.BindInput(contract.InputName, _input);
        _binding.BindOutput(contract.OutputName, _output);
    }

    public int Pixels { get; }

    public void Run(InferenceSession session, RunOptions options) => session.RunWithBinding(options, _binding);

    public void Dispose()
    {
        _binding.Dispose();
        _input.Dispose();
        _output.Dispose();
    }
}
