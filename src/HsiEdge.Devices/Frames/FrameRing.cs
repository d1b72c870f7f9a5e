using System.Threading.Channels;
using HsiEdge.Core.Acquire;

namespace HsiEdge.Devices.Frames;

/// <summary>
/// Frames on their way from the thread that reads the stream to the one that builds the cube: a fixed number of buffers, each with one owner at a time. A frame that
/// finds none free is dropped and counted; its number's gap tells the ledger. Nothing is allocated once it is made.
/// </summary>
internal sealed class FrameRing
{
    private readonly Channel<Slot> _free;
    private readonly Channel<Slot> _ready;
    private Slot? _lent;
    private long _dropped;

    /// <summary>Makes the buffers.</summary>
    /// <param name="frames">How many, ≥ 2.</param>
    /// <param name="pixels">Pixels of a frame.</param>
    public FrameRing(int frames, int pixels)
    {
        _free = Channel.CreateBounded<Slot>(frames);
        _ready = Channel.CreateBounded<Slot>(frames);
        for (var i = 0; i < frames; i++)
        {
            _free.Writer.TryWrite(new Slot(pixels));
        }
    }

    /// <summary>Frames dropped because nobody took those before them.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>A buffer to fill, or null: then the frame is dropped.</summary>
    public Slot? TryTake()
    {
        if (_free.Reader.TryRead(out var slot))
        {
            return slot;
        }

        Interlocked.Increment(ref _dropped);
        return null;
    }

    /// <summary>Hands a filled buffer over.</summary>
    public void Put(Slot slot) => _ready.Writer.TryWrite(slot);

    /// <summary>The next frame; the one before it goes back.</summary>
    /// <exception cref="CameraFaultException">The camera went away (<see cref="Fail"/>).</exception>
    public async ValueTask<CameraFrame> ReadAsync(CancellationToken cancellationToken)
    {
        GiveBack();
        try
        {
            _lent = await _ready.Reader.ReadAsync(cancellationToken);
            return _lent.Frame;
        }
        catch (ChannelClosedException e) when (e.InnerException is CameraFaultException fault)
        {
            // The reason is the one that ended these frames; the camera may be back already.
            throw new CameraFaultException(fault.Message, e);
        }
    }

    /// <summary>Drops what waits.</summary>
    /// <returns>How many frames.</returns>
    public int Clear()
    {
        GiveBack();
        var dropped = 0;
        while (_ready.Reader.TryRead(out var slot))
        {
            _free.Writer.TryWrite(slot);
            dropped++;
        }

        return dropped;
    }

    /// <summary>Ends every wait with a fault.</summary>
    public void Fail(CameraFaultException fault) => _ready.Writer.TryComplete(fault);

    private void GiveBack()
    {
        if (_lent is { } slot)
        {
            _lent = null;
            _free.Writer.TryWrite(slot);
        }
    }

    /// <summary>One buffer.</summary>
    internal sealed class Slot(int pixels)
    {
        /// <summary>The counts.</summary>
        public ushort[] Pixels { get; } = GC.AllocateUninitializedArray<ushort>(pixels);

        /// <summary>What is known of them.</summary>
        public CameraFrame Frame { get; set; }
    }
}
