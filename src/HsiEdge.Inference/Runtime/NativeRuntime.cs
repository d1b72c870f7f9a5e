using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HsiEdge.Inference.Runtime;

/// <summary>
/// Switches ONNX Runtime's telemetry off before its library can load. Left on, it writes a database and a device id below the user's cache
/// folder and may open connections; an appliance must do neither.
/// </summary>
internal static partial class NativeRuntime
{
    internal const string TelemetrySwitch = "ORT_DISABLE_TELEMETRY";

    /// <summary>
    /// Runs when this assembly is first used, so ahead of any call into ONNX Runtime. The managed <c>Environment.SetEnvironmentVariable</c>
    /// does not reach the <c>getenv</c> of native code on Unix: it is set there itself.
    /// </summary>
#pragma warning disable CA2255 // A module initializer is the one place that no caller can come before.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void DisableTelemetry()
    {
        Environment.SetEnvironmentVariable(TelemetrySwitch, "1");
        if (!OperatingSystem.IsWindows() && SetEnvironment(TelemetrySwitch, "1", overwrite: 1) != 0)
        {
            throw new InvalidOperationException($"setenv({TelemetrySwitch}) failed with errno {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
