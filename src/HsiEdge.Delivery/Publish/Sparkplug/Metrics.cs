using HsiEdge.Delivery.Publish.Sparkplug.Wire;

namespace HsiEdge.Delivery.Publish.Sparkplug;

/// <summary>Makes metrics with Sparkplug's data types. A null value keeps its type and says so.</summary>
internal static class Metrics
{
    private const uint Int32Type = 3;
    private const uint Int64Type = 4;
    private const uint DoubleType = 10;
    private const uint BooleanType = 11;
    private const uint StringType = 12;
    private const uint DateTimeType = 13;

    /// <summary>A whole number of 32 bits.</summary>
    public static SparkplugMetric Int32(string name, int? value) => Make(name, Int32Type, value is null, m => m.IntValue = unchecked((uint)value!.Value));

    /// <summary>A whole number of 64 bits.</summary>
    public static SparkplugMetric Int64(string name, long? value) => Make(name, Int64Type, value is null, m => m.LongValue = unchecked((ulong)value!.Value));

    /// <summary>A number.</summary>
    public static SparkplugMetric Double(string name, double? value) => Make(name, DoubleType, value is null, m => m.DoubleValue = value!.Value);

    /// <summary>True or false.</summary>
    public static SparkplugMetric Boolean(string name, bool? value) => Make(name, BooleanType, value is null, m => m.BooleanValue = value!.Value);

    /// <summary>A text.</summary>
    public static SparkplugMetric String(string name, string? value) => Make(name, StringType, value is null, m => m.StringValue = value!);

    /// <summary>A time.</summary>
    public static SparkplugMetric DateTime(string name, DateTimeOffset? value) => Make(name, DateTimeType, value is null, m => m.LongValue = Milliseconds(value!.Value));

    /// <summary>A time as Sparkplug writes it.</summary>
    public static ulong Milliseconds(DateTimeOffset time) => (ulong)Math.Max(0, time.ToUnixTimeMilliseconds());

    private static SparkplugMetric Make(string name, uint type, bool isNull, Action<SparkplugMetric> set)
    {
        var metric = new SparkplugMetric { Name = name, Datatype = type };
        if (isNull)
        {
            metric.IsNull = true;
        }
        else
        {
            set(metric);
        }

        return metric;
    }
}
