using System.Runtime.InteropServices;
using HsiEdge.Demo;

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopOnce);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopOnce);
return await DemoCommandLine.InvokeAsync(args, stop.Token);

// The first signal stops cleanly; a second one ends the process as signals do.
void StopOnce(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
