namespace HsiEdge.Testing;

/// <summary>The scene server as a process: a GigE Vision camera on loopback that looks at digital tissue.</summary>
public sealed class SceneCamera : IAsyncDisposable
{
    private const int Patience = 60;
    private const int MostAttempts = 90;
    private readonly RunningProgram _program;

    private SceneCamera(RunningProgram program) => _program = program;

    /// <summary>Starts it and waits until it serves.</summary>
    /// <param name="serial">Its serial number.</param>
    /// <param name="plan">Path of the plan whose bands it shows.</param>
    /// <param name="address">Loopback address: one camera each.</param>
    /// <param name="boardSocket">Socket of a simulated board, or null.</param>
    /// <param name="size">Samples × lines.</param>
    public static async Task<SceneCamera> StartAsync(string serial, string plan, string address = "127.0.0.1", string? boardSocket = null, string size = "80x64")
    {
        List<string> arguments = ["scene", "--address", address, "--serial", serial, "--plan", plan, "--size", size];
        if (boardSocket is not null)
        {
            arguments.AddRange(["--board-socket", boardSocket]);
        }

        // An address has one camera: another run of these tests on the same machine may have it for a while.
        for (var attempt = 1; ; attempt++)
        {
            var program = RunningProgram.Start("HsiEdge.Demo", arguments);
            try
            {
                await program.WaitForLineAsync(" at " + address, Patience);
                if (program.Lines.Any(l => l.StartsWith("serving " + serial, StringComparison.Ordinal)))
                {
                    return new SceneCamera(program);
                }

                if (attempt == MostAttempts)
                {
                    throw new TimeoutException(string.Join('\n', program.Lines));
                }
            }
            catch
            {
                await program.DisposeAsync();
                throw;
            }

            await program.DisposeAsync();
            await Task.Delay(1000);
        }
    }

    /// <summary>The trigger line goes active.</summary>
    public Task TriggerAsync() => _program.TypeAsync("t");

    /// <summary>Another of its commands: "view white", "drop 1", "pose 3".</summary>
    public Task TellAsync(string command) => _program.TypeAsync(command);

    /// <summary>Kills it in the middle of whatever it does.</summary>
    public Task KillAsync() => _program.KillAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
