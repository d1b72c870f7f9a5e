using System.Globalization;
using HsiEdge.Core;

namespace HsiEdge.Devices.GenICam;

/// <summary>Sets up a camera as its file says and reads every value back: what the camera did not take as asked is refused, naming file, feature, asked and found.</summary>
internal sealed class FeatureSetter(GenICamDevice device, CameraFeatures features, string camera)
{
    // Cameras round exposures to their own clock.
    private const double RelativeTolerance = 0.005;

    /// <summary>Sets everything but triggers and stream.</summary>
    /// <exception cref="BadInputException">The camera refuses or changes a value.</exception>
    /// <exception cref="AravisException">The link failed.</exception>
    public void Apply()
    {
        device.CheckValues(true);
        try
        {
            foreach (var (name, value) in Ordered())
            {
                Set(name, value);
            }
        }
        finally
        {
            device.CheckValues(false);
        }
    }

    /// <summary>Sets one feature and compares.</summary>
    public void Set(string name, object value)
    {
        try
        {
            var found = SetAndRead(name, value);
            if (!Agrees(value, found))
            {
                throw Refusal(name, $"asked for {Text(value)}, it took {Text(found)}{Range(name)}");
            }
        }
        catch (AravisException e) when (e.IsRefusal)
        {
            throw Refusal(name, $"asked for {Text(value)}: {e.Message}{Range(name)}", e);
        }
    }

    /// <summary>The order matters: binning changes the sensor's size, offsets must be out of the way before the size grows.</summary>
    private IEnumerable<(string Name, object Value)> Ordered()
    {
        foreach (var other in features.Others)
        {
            yield return (other.Name, other.Value);
        }

        yield return ("PixelFormat", features.PixelFormat.ToString());
        if (features.Binning is { } binning)
        {
            yield return ("BinningHorizontal", (double)binning);
            yield return ("BinningVertical", (double)binning);
        }

        foreach (var region in RegionFeatures())
        {
            yield return region;
        }

        if (features.ExposureMicroseconds is { } exposure)
        {
            yield return (ExposureFeature(device), exposure);
        }

        if (features.GainDecibels is { } gain)
        {
            yield return ("Gain", gain);
        }
    }

    private IEnumerable<(string Name, object Value)> RegionFeatures()
    {
        if (features.Region is not { } region)
        {
            yield break;
        }

        if (device.Has("OffsetX"))
        {
            yield return ("OffsetX", 0.0);
            yield return ("OffsetY", 0.0);
        }

        yield return ("Width", (double)region.Width);
        yield return ("Height", (double)region.Height);
        if (device.Has("OffsetX"))
        {
            yield return ("OffsetX", (double)region.X);
            yield return ("OffsetY", (double)region.Y);
        }
    }

    /// <summary>The exposure's name: ExposureTime since SFNC 1.4, ExposureTimeAbs on older cameras.</summary>
    public static string ExposureFeature(GenICamDevice device) =>
        device.Has("ExposureTime") || !device.Has("ExposureTimeAbs") ? "ExposureTime" : "ExposureTimeAbs";

    private object SetAndRead(string name, object value)
    {
        switch (device.KindOf(name), value)
        {
            case (FeatureKind.Integer, double number) when number == Math.Floor(number):
                device.SetInteger(name, (long)number);
                return (double)device.GetInteger(name);
            case (FeatureKind.Float, double number):
                device.SetFloat(name, number);
                return device.GetFloat(name);
            case (FeatureKind.Text, string text):
                device.SetText(name, text);
                return device.GetText(name);
            case (FeatureKind.Flag, bool flag):
                device.SetFlag(name, flag);
                return device.GetFlag(name);
            case var (kind, _):
                throw Refusal(name, $"asked for {Text(value)}, it takes {Wanted(kind)}");
        }
    }

    private string Range(string name)
    {
        try
        {
            return device.KindOf(name) switch
            {
                FeatureKind.Integer => device.IntegerRange(name) is var (least, most) ? $"; it takes {least}…{most}" : "",
                FeatureKind.Float => device.FloatRange(name) is var (least, most) ? string.Create(CultureInfo.InvariantCulture, $"; it takes {least:0.###}…{most:0.###}") : "",
                _ => "",
            };
        }
        catch (AravisException)
        {
            // The range is an extra; the complaint stands without it.
            return "";
        }
    }

    private BadInputException Refusal(string name, string what, Exception? inner = null) =>
        new($"Camera file {features.Origin}: feature '{name}' of camera {camera}: {what}. Correct the file for this camera.", inner);

    private static bool Agrees(object asked, object found) => (asked, found) switch
    {
        (double a, double f) => Math.Abs(a - f) <= RelativeTolerance * Math.Max(Math.Abs(a), Math.Abs(f)),
        _ => asked.Equals(found),
    };

    private static string Text(object value) => value switch
    {
        double number => number.ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        _ => $"'{value}'",
    };

    private static string Wanted(FeatureKind kind) => kind switch
    {
        FeatureKind.Integer => "a whole number",
        FeatureKind.Float => "a number",
        FeatureKind.Flag => "true or false",
        _ => "a text",
    };
}
