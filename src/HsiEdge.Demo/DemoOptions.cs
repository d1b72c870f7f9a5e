namespace HsiEdge.Demo;

/// <summary>What the command line asks of the demo.</summary>
/// <param name="Cycles">Results after which it stops; null runs until Ctrl-C.</param>
/// <param name="Camera">Which camera path.</param>
/// <param name="Port">TCP port of the embedded broker on 127.0.0.1; 0 takes a free one.</param>
/// <param name="OutFolder">Folder for everything it writes.</param>
/// <param name="IntervalMilliseconds">Time between two triggers in ms.</param>
internal sealed record DemoOptions(int? Cycles, DemoCamera Camera, int Port, string OutFolder, int IntervalMilliseconds);

/// <summary>Camera paths of the demo.</summary>
internal enum DemoCamera
{
    /// <summary>Digital tissue.</summary>
    Phantom,

    /// <summary>A GigE Vision camera.</summary>
    GigE,
}
