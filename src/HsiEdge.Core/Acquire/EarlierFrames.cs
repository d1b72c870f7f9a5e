using System.Runtime.InteropServices;

namespace HsiEdge.Core.Acquire;

/// <summary>The last frames of earlier captures by number and device time: a copy of one that turns up later is known by them. One capture at a time.</summary>
public sealed class EarlierFrames
{
    private const int Most = 8192;
    private readonly Dictionary<ulong, ulong> _deviceTimeOfId = [];
    private readonly Queue<ulong> _ids = new();

    /// <summary>Remembers a frame.</summary>
    internal void Add(ulong id, ulong deviceNanoseconds)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_deviceTimeOfId, id, out var exists);
        known = deviceNanoseconds;
        if (!exists)
        {
            _ids.Enqueue(id);
        }

        if (_ids.Count > Most)
        {
            _deviceTimeOfId.Remove(_ids.Dequeue());
        }
    }

    /// <summary>Whether it is a copy of one remembered: many cameras count anew for each capture, but none gives the same device time again. Without a clock nothing is known.</summary>
    internal bool Holds(ulong id, ulong deviceNanoseconds) => deviceNanoseconds != 0 && _deviceTimeOfId.TryGetValue(id, out var device) && device == deviceNanoseconds;
}
