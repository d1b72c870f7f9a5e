using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Publish;

namespace HsiEdge.Demo;

/// <summary>What the person does with <c>--camera gige</c>: covers the lens and shows the white target for the references, then presses the footswitch once a cycle.</summary>
internal sealed class DemoProcedure(DemoRoom room, DemoSubscriber subscriber, DemoWatch watch, DemoOptions options, TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan ReferencePatience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan ResultPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>Carries it out until all cycles have their result, or it is cancelled.</summary>
    /// <param name="topicPrefix">The box's.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What went wrong, or null.</returns>
    public async Task<string?> RunAsync(string topicPrefix, CancellationToken cancellationToken)
    {
        foreach (var (view, verb) in new[] { ("covered", "reference-dark"), ("white", "reference-white") })
        {
            await room.ShowAsync(view);
            if (await TakeAsync(topicPrefix + "command/" + verb, cancellationToken) is { } refusal)
            {
                return $"{verb} was not carried out: {refusal}";
            }

            await output.WriteLineAsync($"     {verb} taken over GigE Vision (synthetic)");
        }

        await room.ShowAsync("tissue");
        for (var cycle = 0; cycle < (options.Cycles ?? int.MaxValue); cycle++)
        {
            // A press that gives no result (a lost frame, a box that is busy) is pressed again: the pose stays.
            while (watch.Results <= cycle)
            {
                await room.PressAsync(cycle, cancellationToken);
                await AwaitResultAsync(cycle, cancellationToken);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(options.IntervalMilliseconds), time, cancellationToken);
        }

        return null;
    }

    /// <summary>Asks until the camera is open and the reference has passed its checks.</summary>
    private async Task<string?> TakeAsync(string topic, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        string? refusal = null;
        while (time.GetElapsedTime(begun) < ReferencePatience)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(ReferencePatience);
            var answer = JsonSerializer.Deserialize<CommandAnswer>(await subscriber.CommandAsync(topic, new { averages = 4 }, patience.Token), HsiEdgeJson.Compact);
            if (answer is { Ok: true })
            {
                return null;
            }

            refusal = answer?.Error;
            await Task.Delay(Pause, time, cancellationToken);
        }

        return refusal;
    }

    private async Task AwaitResultAsync(int cycle, CancellationToken cancellationToken)
    {
        var pressed = time.GetTimestamp();
        var lost = watch.Ledger.Lost;
        while (watch.Results <= cycle && watch.Ledger.Lost == lost && time.GetElapsedTime(pressed) < ResultPatience)
        {
            await Task.Delay(Glance, time, cancellationToken);
        }
    }
}
