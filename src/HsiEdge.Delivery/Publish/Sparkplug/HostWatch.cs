using System.Text.Json;

namespace HsiEdge.Delivery.Publish.Sparkplug;

/// <summary>Whether the primary host is online, by its STATE messages. One that is older than what is known is ignored: a late Last Will does not undo a birth.</summary>
internal sealed class HostWatch
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _timestamp = -1;
    private bool _online;

    /// <summary>Whether it is online, and a task that completes when that changes.</summary>
    public (bool Online, Task Changed) State
    {
        get
        {
            lock (_gate)
            {
                return (_online, _changed.Task);
            }
        }
    }

    /// <summary>Takes a STATE message.</summary>
    /// <returns>Null when it was understood; else what is wrong with it.</returns>
    public string? Take(ReadOnlySpan<byte> payload)
    {
        bool online;
        long timestamp;
        try
        {
            var reader = new Utf8JsonReader(payload);
            using var document = JsonDocument.ParseValue(ref reader);
            online = document.RootElement.GetProperty("online").GetBoolean();
            timestamp = document.RootElement.GetProperty("timestamp").GetInt64();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return $"{exception.Message} Expected {{\"online\":true,\"timestamp\":<ms>}}";
        }

        lock (_gate)
        {
            if (timestamp < _timestamp)
            {
                return null;
            }

            _timestamp = timestamp;
            if (online != _online)
            {
                _online = online;
                _changed.SetResult();
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return null;
        }
    }
}
