namespace HsiEdge.Devices.GenICam;

/// <summary>An open camera: features by name. Every call may take as long as the link's retries, so it belongs on a thread that may wait. libaravis locks the link itself.</summary>
internal sealed class GenICamDevice : IDisposable
{
    // Bootstrap register of GigE Vision: version. Every device answers it.
    private const ulong VersionRegister = 0;
    private nint _camera;

    private GenICamDevice(nint camera)
    {
        _camera = camera;
        Device = Aravis.DeviceOf(camera);
        IsGigE = Aravis.IsGigE(camera) != 0;
    }

    /// <summary>The library's camera.</summary>
    public nint Camera => _camera;

    /// <summary>Whether it is on a network.</summary>
    public bool IsGigE { get; }

    /// <summary>Whether this program controls it: else another host does.</summary>
    public bool IsControlled => !IsGigE || Aravis.IsController(Device) != 0;

    private nint Device { get; }

    /// <summary>Opens a camera.</summary>
    /// <param name="id">As discovery gives it.</param>
    /// <exception cref="AravisException">It does not answer.</exception>
    public static GenICamDevice Open(string id)
    {
        var camera = Aravis.NewCamera(id, out var error);
        Aravis.Check(error);
        return new GenICamDevice(camera);
    }

    /// <summary>Whether it has a feature.</summary>
    public bool Has(string feature) => Aravis.IsImplemented(Device, feature, out var error) != 0 && Aravis.Succeeded(error);

    /// <summary>What a feature is.</summary>
    /// <exception cref="AravisException">There is none of this name.</exception>
    public FeatureKind KindOf(string feature)
    {
        if (Aravis.Feature(Device, feature) is not 0 and var node)
        {
            // An enumeration is an integer too, so it is asked for first.
            return Aravis.IsA(node, Aravis.EnumerationFeatureType()) != 0 ? FeatureKind.Text
                : Aravis.IsA(node, Aravis.BooleanFeatureType()) != 0 ? FeatureKind.Flag
                : Aravis.IsA(node, Aravis.IntegerFeatureType()) != 0 ? FeatureKind.Integer
                : Aravis.IsA(node, Aravis.FloatFeatureType()) != 0 ? FeatureKind.Float
                : FeatureKind.Text;
        }

        throw new AravisException("arv-device-error-quark", 1, $"there is no feature '{feature}'");
    }

    /// <summary>Reads a whole number.</summary>
    public long GetInteger(string feature)
    {
        var value = Aravis.GetInteger(Device, feature, out var error);
        Aravis.Check(error);
        return value;
    }

    /// <summary>Sets a whole number.</summary>
    public void SetInteger(string feature, long value)
    {
        Aravis.SetInteger(Device, feature, value, out var error);
        Aravis.Check(error);
    }

    /// <summary>Range of a whole number.</summary>
    public (long Minimum, long Maximum) IntegerRange(string feature)
    {
        Aravis.IntegerBounds(Device, feature, out var minimum, out var maximum, out var error);
        Aravis.Check(error);
        return (minimum, maximum);
    }

    /// <summary>Reads a number.</summary>
    public double GetFloat(string feature)
    {
        if (KindOf(feature) == FeatureKind.Integer)
        {
            return GetInteger(feature);
        }

        var value = Aravis.GetFloat(Device, feature, out var error);
        Aravis.Check(error);
        return value;
    }

    /// <summary>Sets a number.</summary>
    public void SetFloat(string feature, double value)
    {
        if (KindOf(feature) == FeatureKind.Integer)
        {
            SetInteger(feature, (long)Math.Round(value));
            return;
        }

        Aravis.SetFloat(Device, feature, value, out var error);
        Aravis.Check(error);
    }

    /// <summary>Range of a number.</summary>
    public (double Minimum, double Maximum) FloatRange(string feature)
    {
        if (KindOf(feature) == FeatureKind.Integer)
        {
            return IntegerRange(feature);
        }

        Aravis.FloatBounds(Device, feature, out var minimum, out var maximum, out var error);
        Aravis.Check(error);
        return (minimum, maximum);
    }

    /// <summary>Reads a text or the name of an enumeration's entry.</summary>
    public string GetText(string feature)
    {
        var value = Aravis.GetText(Device, feature, out var error);
        Aravis.Check(error);
        return Aravis.Text(value);
    }

    /// <summary>Sets a text or an enumeration's entry by its name.</summary>
    public void SetText(string feature, string value)
    {
        Aravis.SetText(Device, feature, value, out var error);
        Aravis.Check(error);
    }

    /// <summary>Reads a truth value.</summary>
    public bool GetFlag(string feature)
    {
        var value = Aravis.GetBoolean(Device, feature, out var error);
        Aravis.Check(error);
        return value != 0;
    }

    /// <summary>Sets a truth value.</summary>
    public void SetFlag(string feature, bool value)
    {
        Aravis.SetBoolean(Device, feature, value ? 1 : 0, out var error);
        Aravis.Check(error);
    }

    /// <summary>Carries out a command feature.</summary>
    public void Execute(string feature)
    {
        Aravis.Execute(Device, feature, out var error);
        Aravis.Check(error);
    }

    /// <summary>Whether the library refuses what is out of range or read-only before it asks the camera: some cameras take such a value and mean another. It costs reads.</summary>
    public void CheckValues(bool check)
    {
        // Both policies: 0 off, 1 on.
        Aravis.SetRangeCheck(Device, check ? 1 : 0);
        Aravis.SetAccessCheck(Device, check ? 1 : 0);
    }

    /// <summary>Asks the camera for a sign of life.</summary>
    /// <exception cref="AravisException">It gives none.</exception>
    public void Touch()
    {
        if (IsGigE)
        {
            _ = Aravis.ReadRegister(Device, VersionRegister, out _, out var error);
            Aravis.Check(error);

            // Any host may read; the library notes here when its own heartbeat finds that the camera obeys another.
            if (!IsControlled)
            {
                throw AravisException.NotControlled();
            }
        }
        else
        {
            _ = GetInteger("Width");
        }
    }

    /// <summary>Bytes of a frame as set up now.</summary>
    public int Payload()
    {
        var bytes = Aravis.Payload(_camera, out var error);
        Aravis.Check(error);
        return checked((int)bytes);
    }

    /// <summary>Begins to stream.</summary>
    public void Start()
    {
        Aravis.StartAcquisition(_camera, out var error);
        Aravis.Check(error);
    }

    /// <summary>Ends streaming.</summary>
    public void Stop()
    {
        Aravis.StopAcquisition(_camera, out var error);
        Aravis.Check(error);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_camera != 0)
        {
            Aravis.Release(_camera);
            _camera = 0;
        }
    }
}

/// <summary>What a feature takes.</summary>
internal enum FeatureKind
{
    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number.</summary>
    Float,

    /// <summary>A text or an entry of an enumeration.</summary>
    Text,

    /// <summary>True or false.</summary>
    Flag,
}
