using HsiEdge.Devices.Kernel;

namespace HsiEdge.Devices.V4l2;

/// <summary>A call that the kernel answered with an error.</summary>
internal sealed class V4l2Exception(string call, int error) : Exception($"{call}: {ErrorNumber.Text(error)}")
{
    /// <summary>The positive error number.</summary>
    public int Error => error;

    /// <summary>Whether the driver itself answered no: what was asked can never be done. Everything else may pass.</summary>
    public bool IsRefusal => error is ErrorNumber.InvalidArgument or ErrorNumber.OutOfRange or ErrorNumber.NotATypewriter or ErrorNumber.AccessDenied;

    /// <summary>Whether another program has the camera, or the stream keeps a control from being changed.</summary>
    public bool IsBusy => error == ErrorNumber.Busy;
}
